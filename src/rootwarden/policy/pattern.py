"""A value written in a policy: text, wildcards, policy variables, and placeholders nobody has filled in.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rootwarden.policy.request import Request, Unknown
from rootwarden.policy.truth import NO, YES, Match, Truth, maybe
from rootwarden.policy.wildcard import ANY, Glob, Piece, Wild, glob, pieces


@dataclass(frozen=True, slots=True)
class Variable:
    """``${key}`` or ``${key, 'default'}``; the key in lower case."""

    key: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Text of a template that should have been replaced by a real value."""

    text: str


Token = Piece | Variable | Placeholder

_SPECIAL = re.compile(
    r"\$\{(?P<variable>[^}]*)(?P<close>\}?)"  # a policy variable
    r"|(?P<placeholder>\[[A-Z][A-Z0-9_-]*\]|<[A-Za-z][A-Za-z0-9 _-]*>)"  # [LIKE_THIS] or <like-this>
)
_ESCAPES = ("*", "?", "$")


def tokens(text: str, *, variables: bool, wildcards: bool) -> tuple[Token, ...]:
    """The text as tokens. ``variables`` is false for Version 2008-10-17, where ``${...}`` is plain text."""
    found: list[Token] = []
    start = 0
    for special in _SPECIAL.finditer(text):
        if special["placeholder"] is None and not variables:
            continue
        found += _plain(text[start : special.start()], wildcards=wildcards)
        found.append(_special(special))
        start = special.end()
    return (*found, *_plain(text[start:], wildcards=wildcards))


def _plain(text: str, *, wildcards: bool) -> tuple[Piece, ...]:
    if wildcards:
        return pieces(text)
    return (text,) if text else ()


def _special(special: re.Match[str]) -> Token:
    name = special["variable"]
    if name in _ESCAPES and special["close"]:
        return str(name)
    if name is None or not special["close"]:
        return Placeholder(special[0])
    key, default = _key_and_default(name)
    if ":" not in key:
        return Placeholder(special[0])  # every condition key has a prefix; ${ORG_ID} is a template's
    return Variable(key.lower(), default)


def _key_and_default(inside: str) -> tuple[str, str | None]:
    """What stands in a variable's braces: a key, and the text in single quotes after the first comma."""
    key, _, rest = inside.partition(",")
    quoted = rest.strip()
    inner = quoted[1:-1]
    if quoted == f"'{inner}'" and "'" not in inner:
        return key.strip(), inner
    return inside.strip(), None


def segments(found: Sequence[Token], limit: int) -> tuple[tuple[Token, ...], ...]:
    """The tokens cut at the first ``limit - 1`` colons that are written in the policy itself."""
    parts: list[list[Token]] = [[]]
    for token in found:
        if not isinstance(token, str):
            parts[-1].append(token)
            continue
        head, *rest = token.split(":", limit - len(parts))
        if head:
            parts[-1].append(head)
        parts += [[text] if text else [] for text in rest]
    return tuple(tuple(part) for part in parts)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A value of a policy, ready to be compared with text. Made by ``pattern``."""

    tokens: tuple[Token, ...]
    fold: bool
    """Whether to compare in lower case."""
    glob: Glob | None
    """The pattern itself, where it is the same in every request."""

    def fits(self, text: str, request: Request) -> Match:
        """Whether the text fits in this request.

        An unknown variable, like a placeholder, could be any text: no if not even a star in its place would fit. A
        variable whose key is absent (and has no default) or multi-valued cannot be resolved: its value fits nothing.
        Whether a negated operator then holds is not settled, so that no is a doubtful one.
        """
        given = text.lower() if self.fold else text
        if self.glob is not None:
            return YES if self.glob.matches(given) else NO
        resolved, answer = _resolve(self.tokens, request, fold=self.fold)
        if resolved is not None and glob(resolved).matches(given):
            return answer
        return Match(Truth.NO, keys=answer.keys, warnings=answer.warnings if resolved is None else ())


def pattern(found: Sequence[Token], *, fold: bool = False) -> Pattern:
    """The tokens as a pattern. ``fold`` compares in lower case."""
    lowered = tuple(token.lower() if fold and isinstance(token, str) else token for token in found)
    fixed = [token for token in lowered if isinstance(token, (str, Wild))]
    return Pattern(lowered, fold, glob(fixed) if len(fixed) == len(lowered) else None)


def _resolve(found: Sequence[Token], request: Request, *, fold: bool) -> tuple[list[Piece] | None, Match]:
    """The tokens with text for variables, and what holds if that fits; no tokens where a variable cannot be resolved."""
    resolved: list[Piece] = []
    keys: set[str] = set()
    warning = ""
    for token in found:
        if isinstance(token, Variable):
            value = request.context.get(token.key, token.default)
            if isinstance(value, Unknown):
                keys.add(token.key)
                resolved.append(ANY)
            elif isinstance(value, str):
                resolved.append(value.lower() if fold else value)
            else:
                return None, maybe(warning=f"the policy variable {token.key} has no single value")
        elif isinstance(token, Placeholder):
            warning = f"{token.text} looks like a placeholder that needs a real value"
            resolved.append(ANY)
        else:
            resolved.append(token)
    return resolved, maybe(keys=frozenset(keys), warning=warning) if keys or warning else YES
