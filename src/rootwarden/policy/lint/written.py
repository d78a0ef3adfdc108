"""A file as it is written: its documents, and the line and column of every part of them.

JSON is read by the YAML reader too, which knows where everything stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from rootwarden.errors import MalformedPolicy
from rootwarden.policy.reader import join

MOST_CHARACTERS: Final = 1_000_000
"""The longest file that is read: templates may be larger than policies."""
_MOST_NODES: Final = 200_000
_MOST_DIGITS: Final = 40
_PLACEHOLDER: Final = "${CloudFormation}"
"""What stands for a value that only the deployment knows: a policy variable that nobody knows either."""
_NULL: Final = "tag:yaml.org,2002:null"


@dataclass(slots=True)
class Written:
    """The values of a file, and where they stand."""

    value: Any
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Line and column by path, in lower case."""
    nulls: list[str] = field(default_factory=list)
    """Paths of keys that YAML does not read as text."""

    def where(self, path: str) -> tuple[int, int] | None:
        """Line and column of a path, or of the nearest part around it that is there."""
        folded = path.lower()
        while folded and folded not in self.marks:
            folded = folded.rpartition("." if folded.rfind(".") > folded.rfind("[") else "[")[0]
        return self.marks.get(folded)


def read_written(text: str) -> Written:
    """Reads YAML or JSON. Raises MalformedPolicy for what is neither."""
    if len(text) > MOST_CHARACTERS:
        raise MalformedPolicy(f"it has {len(text):,} characters, more than the {MOST_CHARACTERS:,} we read")
    try:
        node = yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader)
        written = Written(None)
        written.value = _Walk(written).value(node, "")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise MalformedPolicy(f"it is neither JSON nor YAML: {problem}{place}") from error
    except RecursionError:
        raise MalformedPolicy("it is nested too deeply, or in itself") from None
    return written


class _Walk:
    """Goes through the nodes once. Aliases are followed, and counted: a small file must not become a large one."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._left = _MOST_NODES

    def value(self, node: Any, path: str) -> Any:
        self._left -= 1
        if self._left < 0:
            raise MalformedPolicy("it unfolds to more than we read")
        if node is None:
            return None
        self._written.marks.setdefault(path.lower(), _mark(node))
        if _is_intrinsic(node):
            return _PLACEHOLDER
        if isinstance(node, yaml.MappingNode):
            return {key: self.value(one, join(path, key)) for key, one in self._members(node, path)}
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, f"{path}[{number}]") for number, one in enumerate(node.value)]
        return _scalar(node)

    def _members(self, node: yaml.MappingNode, path: str) -> Any:
        for key, one in node.value:
            if not isinstance(key, yaml.ScalarNode):
                line, column = _mark(key)
                raise MalformedPolicy(f"in line {line}, column {column} stands a key that is no text")
            name = str(key.value)
            place = join(path, name)
            self._written.marks[place.lower()] = _mark(key)
            if key.tag == _NULL and name:
                self._written.nulls.append(place)
            yield name, one


def _is_intrinsic(node: Any) -> bool:
    """Whether CloudFormation puts something else there: ``!Join [...]``, ``{"Ref": ...}``, ``{"Fn::Sub": ...}``."""
    if node.tag.startswith("!"):
        return node.tag != "!Sub" or not isinstance(node, yaml.ScalarNode)
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        return False
    name = str(node.value[0][0].value)
    return name == "Ref" or name.startswith("Fn::")


def _mark(node: Any) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _scalar(node: Any) -> Any:
    match node.tag.rpartition(":")[2]:
        case "bool":
            return node.value.lower() in {"true", "yes", "on"}
        case "null":
            return None
        case "int":
            # Python refuses to read thousands of digits as a number.
            is_plain = len(node.value) <= _MOST_DIGITS and node.value.lstrip("+-").isdigit()
            return int(node.value) if is_plain else node.value
        case _:
            return node.value


def documents(value: Any) -> list[tuple[str, Any, str]]:
    """The policies in a file: the file itself, or those of a CloudFormation template, each with its path and what it is there."""
    resources = value.get("Resources") if isinstance(value, dict) else None
    if not isinstance(resources, dict) or "Statement" in value:
        return [("", value, "")]
    found = []
    for name, one in resources.items():
        properties = one.get("Properties") if isinstance(one, dict) else None
        if isinstance(properties, dict):
            path = join(join("Resources", name), "Properties")
            found += [
                (join(path, where), document, kind)
                for where, document, kind in _in(str(one.get("Type")), properties)
            ]
    return found


def _in(kind: str, properties: dict[str, Any]) -> list[tuple[str, Any, str]]:
    if kind == "AWS::Organizations::Policy":
        types = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}
        what = types.get(str(properties.get("Type")))
        return [("Content", properties.get("Content"), what)] if what else []
    if kind in {
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::UserPolicy",
        "AWS::IAM::GroupPolicy",
    }:
        return [("PolicyDocument", properties.get("PolicyDocument"), "identity")]
    inline = properties.get("Policies")
    if kind in {"AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"} and isinstance(inline, list):
        return [
            (f"Policies[{number}].PolicyDocument", one.get("PolicyDocument"), "identity")
            for number, one in enumerate(inline)
            if isinstance(one, dict)
        ]
    return []
