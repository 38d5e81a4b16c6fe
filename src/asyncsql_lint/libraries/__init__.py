"""What SQLAlchemy, SQLModel, FastAPI and the standard library mean, as tables. No flow logic.

Tests hold each table against the installed libraries by introspection.
"""
