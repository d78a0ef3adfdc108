"""A new ``rootwarden.toml`` in which every key stands, with its default and its meaning."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic.fields import FieldInfo

from rootwarden.model.purpose import PurposeName
from rootwarden.settings.load import parse
from rootwarden.settings.problems import is_list_of_sections, section_of
from rootwarden.settings.schema import Configuration, Purpose, Purposes
from rootwarden.settings.section import Section

_HEAD: Final = """\
# The configuration of rootwarden. A line that begins with "#" and no space shows a key with its default, or with an
# example where there is none: take the "#" away to set it. Nobody but you may be able to write this file.
"""
_WIDTH: Final = 110
_SHOWS_A_ROLE: Final = PurposeName.MANAGEMENT_DEPLOY
_NO_PROFILES: Final[Mapping[PurposeName, str]] = MappingProxyType({})
_NO_LIMITS: Final[Mapping[str, int]] = MappingProxyType({})


def config_template(
    *,
    organization_id: str | None = None,
    region: str | None = None,
    profiles: Mapping[PurposeName, str] = _NO_PROFILES,
    limits: Mapping[str, int] = _NO_LIMITS,
) -> str:
    """A commented configuration in which what is given here is set, and every other key stands commented out.

    ``profiles`` names the AWS profile of a purpose, ``limits`` sets keys of [limits]. Raises ConfigurationError for a value that the configuration would refuse.
    """
    given = {"organization_id": organization_id, "region": region}
    blocks = [_HEAD]
    blocks += [
        _key(name, field, given.get(name))
        for name, field in Configuration.model_fields.items()
        if section_of(field.annotation) is None
    ]
    for name, field in Configuration.model_fields.items():
        section = section_of(field.annotation)
        if name == "purposes":
            blocks.append(_purposes(profiles))
        elif section is not None:
            blocks.append(_section(name, section, limits if name == "limits" else _NO_LIMITS))
    text = "\n\n".join(blocks) + "\n"
    parse(text, "the configuration to write")
    return text


def toml_value(value: Any) -> str:
    """A value as TOML writes it. TOML's text is JSON's, but for DEL, and but for escaped surrogates."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml_value, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def shown_value(field: FieldInfo) -> Any:
    """The default of a key, or its example where it has no default."""
    has_none = field.is_required() or field.default is None
    return (field.examples or [None])[0] if has_none else field.default


def _section(name: str, section: type[Section], given: Mapping[str, int]) -> str:
    keys, lists = [], []
    for key, field in section.model_fields.items():
        inner = section_of(field.annotation) if is_list_of_sections(field.annotation) else None
        if inner is None:
            keys.append(_key(key, field, given.get(key)))
        else:
            lists.append(_list(f"{name}.{key}", inner))
    return "\n\n".join(["\n".join([f"{_prose(section.__doc__)}[{name}]", *keys]), *lists])


def _list(name: str, section: type[Section]) -> str:
    """A list of sections, shown with one."""
    keys = [_key(key, field, None) for key, field in section.model_fields.items()]
    return "\n".join([f"{_prose(section.__doc__)}#[[{name}]]", *keys])


def _purposes(profiles: Mapping[PurposeName, str]) -> str:
    blocks = [_prose(Purposes.__doc__).rstrip("\n")]
    for name, field in Purposes.model_fields.items():
        profile = profiles.get(PurposeName(name))
        as_role = profile is None and name == _SHOWS_A_ROLE
        # A purpose is a profile or a role; one of them is shown as a role, with all that belongs to it.
        shown = [key for key in Purpose.model_fields if key != "profile"] if as_role else ["profile"]
        mark = "#" if profile is None else ""
        keys = [_key(key, Purpose.model_fields[key], profile) for key in shown]
        blocks.append("\n".join([f"{_prose(field.description)}{mark}[purposes.{name}]", *keys]))
    return "\n\n".join(blocks)


def _key(name: str, field: FieldInfo, value: str | int | None) -> str:
    mark, shown = ("#", shown_value(field)) if value is None else ("", value)
    return f"{_prose(field.description)}{mark}{name} = {toml_value(shown)}"


def _prose(text: str | None) -> str:
    lines = textwrap.wrap(
        text or "", _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
    )
    return "".join(f"{line}\n" for line in lines)
