"""Column types of SQLAlchemy, types of Python and of SQL, each by the kind of value that it takes.

https://docs.sqlalchemy.org/en/20/core/type_basics.html. A kind is `timestamp` (without a time zone), `timestamptz`,
`date`, `time`, `integer`, `float`, `numeric`, `string`, `boolean`, `uuid`, `json`, `array`, `bytes` or `interval`.
"""

from __future__ import annotations

COLUMN_TYPES: dict[str, str] = {
    **dict.fromkeys(("DateTime", "DATETIME", "TIMESTAMP"), "timestamp"),
    **dict.fromkeys(("Date", "DATE"), "date"),
    **dict.fromkeys(("Time", "TIME"), "time"),
    **dict.fromkeys(
        ("Integer", "BigInteger", "SmallInteger", "INTEGER", "BIGINT", "SMALLINT", "INT"),
        "integer",
    ),
    **dict.fromkeys(("Float", "FLOAT", "Double", "DOUBLE_PRECISION", "REAL", "DOUBLE"), "float"),
    **dict.fromkeys(("Numeric", "NUMERIC", "DECIMAL"), "numeric"),
    **dict.fromkeys(
        ("String", "Text", "Unicode", "UnicodeText", "VARCHAR", "TEXT", "CHAR", "NVARCHAR", "NCHAR"), "string"
    ),
    **dict.fromkeys(("Boolean", "BOOLEAN"), "boolean"),
    **dict.fromkeys(("Uuid", "UUID"), "uuid"),
    **dict.fromkeys(("JSON", "JSONB"), "json"),
    "ARRAY": "array",
    **dict.fromkeys(("LargeBinary", "BYTEA", "BLOB"), "bytes"),
    **dict.fromkeys(("Interval", "INTERVAL"), "interval"),
}
"""Types by the last part of their names. `timestamp` becomes `timestamptz` with `timezone=True`."""

NO_TYPES = frozenset(
    "ForeignKey Computed Identity Sequence FetchedValue DefaultClause CheckConstraint ColumnDefault".split()
)
"""What may stand among a column's arguments beside its type."""

PYTHON_TYPES: dict[str, str] = {
    "datetime.datetime": "timestamp",
    "datetime.date": "date",
    "datetime.time": "time",
    "datetime.timedelta": "interval",
    "int": "integer",
    "float": "float",
    "str": "string",
    "bool": "boolean",
    "uuid.UUID": "uuid",
    "decimal.Decimal": "numeric",
    "bytes": "bytes",
}
"""The column that `Mapped[...]` makes of a type, unless a `type_annotation_map` says otherwise."""

SQLMODEL_TYPES: dict[str, str] = {
    **PYTHON_TYPES,
    "datetime.datetime": "utc",
    "pydantic.AwareDatetime": "utc",
    "pydantic.NaiveDatetime": "timestamp",
}
"""The column that SQLModel makes of a field: `utc` refuses naive values before any driver sees them."""

SQL_TYPES: dict[str, str] = {
    **dict.fromkeys(("int", "integer", "bigint", "smallint", "int2", "int4", "int8"), "integer"),
    **dict.fromkeys(("float", "float4", "float8", "real", "double"), "float"),
    **dict.fromkeys(("text", "varchar", "character", "char"), "string"),
    "timestamptz": "timestamptz",
    "timestamp": "timestamp",
    "date": "date",
    "time": "time",
    "json": "json",
    "jsonb": "json",
    "interval": "interval",
}
"""Names of types in SQL."""

WORDS = {
    "timestamp": "TIMESTAMP WITHOUT TIME ZONE",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "utc": "TIMESTAMP WITH TIME ZONE",
    "date": "DATE",
    "time": "TIME",
    "integer": "INTEGER",
    "float": "FLOAT",
    "string": "VARCHAR",
    "json": "JSON",
    "interval": "INTERVAL",
}
"""How kinds are called in messages."""
