"""Response models, made of models."""

from __future__ import annotations

from random import Random

from tests.oracle.schema import Entity, Schema
from tests.oracle.tree import Module, Node, block, line

CONFIG = line("model_config = ConfigDict(from_attributes=True)")
ALWAYS = (line("id: Optional[int]"), line("name: str"))


def responses(random: Random, schema: Schema) -> Module:
    """A brief response model for each model, and one with some of what hangs on it."""
    for entity in schema.entities:
        entity.brief, entity.response = f"{entity.name}Brief", f"{entity.name}Read"
    briefs = [_class(entity.brief, []) for entity in schema.entities]
    return Module("schemas", (*briefs, *(_class(e.response, _fields(random, schema, e)) for e in schema.entities)))


def _class(name: str, fields: list[Node]) -> Node:
    return block(line(f"class {name}(BaseModel):", binds=name), CONFIG, *ALWAYS, *fields)


def _fields(random: Random, schema: Schema, entity: Entity) -> list[Node]:
    out: list[Node] = []
    for relation in entity.relations:
        if relation.is_query or random.random() < 0.3:
            continue
        brief = schema.entity(relation.target).brief
        out.append(line(f"{relation.name}: {f'List[{brief}]' if relation.many else f'Optional[{brief}]'}"))
    out += [line(f"{name}: object") for name in entity.properties if random.random() < 0.4]
    return [*out, *(line(f"{name}: object") for name in entity.deferred if random.random() < 0.3)]
