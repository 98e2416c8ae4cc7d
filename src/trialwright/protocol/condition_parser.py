"""The parser of the condition language: recursive descent over a flat list of tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from trialwright.errors import ConditionError
from trialwright.protocol.condition import (
    And,
    Compare,
    Exists,
    FactHolds,
    Field,
    Member,
    Node,
    Not,
    Operator,
    Or,
    Prior,
    Scalar,
    Test,
)
from trialwright.protocol.condition_words import (
    DM_VARIABLES,
    DOMAINS,
    PHRASES,
    RESERVED,
    SHARED_VARIABLES,
    DomainKind,
    Fact,
    kind_of,
)

_LONGEST = 2000
_DEEPEST = 40
_TOKEN = re.compile(
    r"\s*(?:(?P<quoted>\"[^\"]*\"|'[^']*')|(?P<sign><=|>=|==|!=|<|>|=)|(?P<mark>[()\[\],])|(?P<word>[^\s()\[\],<>=!\"']+))"
)
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9]{1,7})\.([A-Za-z0-9_]+)$")
_NUMBER = re.compile(r"^[+-]?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2})?$")
_SET_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]*$")
_MIRROR = {
    Operator.LESS: Operator.MORE,
    Operator.AT_MOST: Operator.AT_LEAST,
    Operator.MORE: Operator.LESS,
    Operator.AT_LEAST: Operator.AT_MOST,
    Operator.EQUAL: Operator.EQUAL,
    Operator.NOT_EQUAL: Operator.NOT_EQUAL,
}
_ORDERING = frozenset({Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST})
_DENIALS = frozenset({Operator.NOT_EQUAL, Operator.NOT_IN})
_OCCURRING = frozenset({DomainKind.EVENTS, DomainKind.INTERVENTIONS})
_TIMES = frozenset({"x", "X", "×", "*"})
_END_OF_PHASE = ("at", "the", "end", "of")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.lower() in words


def read_condition(text: str) -> Node:
    """Parse a whole condition."""
    parser = _Parser(text)
    node = parser.any_of()
    parser.finish()
    return node


def read_field(text: str) -> Field:
    """Parse a field alone."""
    parser = _Parser(text)
    field = parser.field()
    parser.finish()
    return field


def _nearest(word: str, words: list[str]) -> str:
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


class _Parser:
    """A cursor over the tokens of one condition."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._depth = 0
        self._at = 0
        if len(text) > _LONGEST:
            raise ConditionError(f"the condition has {len(text)} characters; expected at most {_LONGEST}")
        self._tokens = self._split()

    def _split(self) -> list[_Token]:
        tokens: list[_Token] = []
        position = 0
        end = len(self._text.rstrip())
        while position < end:
            match = _TOKEN.match(self._text, position)
            if match is None:
                start = position + len(self._text[position:]) - len(self._text[position:].lstrip())
                raise self._error(start, f"'{self._text[start]}' cannot stand here")
            kind = match.lastgroup or ""
            tokens.append(_Token(kind, match[kind], match.start(kind)))
            position = match.end()
        return [*tokens, _Token("end", "", len(self._text))]

    def _error(self, position: int, problem: str) -> ConditionError:
        shown = self._text if len(self._text) <= 80 else f"{self._text[:77]}..."  # noqa: PLR2004 – one line
        return ConditionError(f"condition '{shown}', position {position + 1}: {problem}")

    def _fail(self, expected: str, token: _Token | None = None) -> ConditionError:
        token = token or self._now
        found = f"found '{token.text}'" if token.text else "the condition ends"
        return self._error(token.position, f"{found}; expected {expected}")

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _peek(self, steps: int) -> _Token:
        return self._tokens[min(self._at + steps, len(self._tokens) - 1)]

    def _take(self) -> _Token:
        token = self._now
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _take_mark(self, mark: str) -> None:
        if self._now.kind != "mark" or self._now.text != mark:
            raise self._fail(f"'{mark}'")
        self._take()

    def finish(self) -> None:
        """Refuse whatever is left over."""
        if self._now.kind != "end":
            raise self._fail("'and', 'or' or the end of the condition")

    def any_of(self) -> Node:
        """Parse parts joined by 'or'."""
        parts = [self._all_of()]
        while self._now.is_word("or"):
            self._take()
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all_of(self) -> Node:
        parts = [self._negated()]
        while self._now.is_word("and"):
            self._take()
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _negated(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error(self._now.position, f"nested deeper than {_DEEPEST} levels")
        try:
            if self._now.is_word("not"):
                self._take()
                return Not(self._negated())
            return self._atom()
        finally:
            self._depth -= 1

    def _atom(self) -> Node:
        token = self._now
        if token.kind == "mark" and token.text == "(":
            self._take()
            inside = self.any_of()
            self._take_mark(")")
            return inside
        if token.kind != "word":
            raise self._fail("a fact, a field such as DM.AGE, or '('")
        if token.is_word("any"):
            self._take()
            return Exists(self._domain(self._take()))
        if token.is_word("prior"):
            self._take()
            return Prior(self._treatments())
        if _NUMBER.match(token.text) or _FIELD.match(token.text):
            return self._comparison()
        return self._fact()

    def _domain(self, token: _Token) -> str:
        code = token.text.upper()
        if token.kind != "word" or kind_of(code) is None:
            raise self._fail(f"an SDTM domain such as EX{_nearest(code, list(DOMAINS))}", token)
        return code

    def _treatments(self) -> tuple[str, ...]:
        if self._now.kind == "mark" and self._now.text == "[":
            return tuple(str(value) for value in self._list(as_text=str))
        names = [self._phrase("a treatment, such as gemcitabine")]
        while self._now.is_word("or") and self._continues_treatments():
            self._take()
            names.append(self._phrase("a treatment"))
        return tuple(names)

    def _continues_treatments(self) -> bool:
        following = self._peek(1)
        if following.kind == "quoted":
            return True
        starts_fact = any(phrase.split()[0] == following.text.lower() for phrase in PHRASES)
        opens = following.text.lower() in RESERVED or _NUMBER.match(following.text)
        return following.kind == "word" and not (starts_fact or opens or _FIELD.match(following.text))

    def _phrase(self, expected: str) -> str:
        """Read bare words up to a keyword, or one quoted text."""
        if self._now.kind == "quoted":
            return self._take().text[1:-1]
        words = []
        while self._now.kind == "word" and not self._now.is_word(*RESERVED):
            words.append(self._take().text)
        if not words:
            raise self._fail(expected)
        return " ".join(words)

    def _list(self, as_text: type[str] | None = None) -> tuple[Scalar, ...]:
        self._take_mark("[")
        values: list[Scalar] = []
        while True:
            values.append(self._list_item(as_text))
            if self._now.kind == "mark" and self._now.text == ",":
                self._take()
                continue
            self._take_mark("]")
            return tuple(values)

    def _list_item(self, as_text: type[str] | None) -> Scalar:
        if self._now.kind == "quoted":
            return self._take().text[1:-1]
        words = []
        while self._now.kind == "word":
            words.append(self._take().text)
        if not words:
            raise self._fail("a value")
        item = " ".join(words)
        return item if as_text or not _NUMBER.match(item) else float(item)

    def field(self) -> Field:
        """Parse a field with its anchor."""
        token = self._take()
        match = _FIELD.match(token.text)
        if token.kind != "word" or match is None:
            raise self._fail("a field such as DM.AGE or LB.NEUT", token)
        domain, variable = match[1].upper(), match[2].upper()
        kind = kind_of(domain)
        if kind is None:
            raise self._fail(f"an SDTM domain before the dot{_nearest(domain, list(DOMAINS))}", token)
        self._check_variable(domain, variable, kind, token)
        field = Field(domain, variable, kind, self._anchor())
        if field.anchor and kind is not DomainKind.FINDINGS:
            raise self._fail(
                f"no time here: 'at' goes with findings such as LB.NEUT, and {domain} has none", token
            )
        if field.is_test and not field.anchor:
            when = f"'{token.text} at screening', 'at baseline', at a visit, or 'at any time'"
            raise self._fail(f"the time of the result: {when}", token)
        return field

    def _anchor(self) -> str:
        if not self._now.is_word("at"):
            return ""
        self._take()
        if self._now.is_word("any") and self._peek(1).is_word("time"):
            self._take()
            self._take()
            return "any time"
        return self._phrase("screening, baseline, any time or the name of a visit").lower()

    def _check_variable(self, domain: str, variable: str, kind: DomainKind, token: _Token) -> None:
        if domain == "DM" and variable not in DM_VARIABLES:
            raise self._fail(f"a variable of DM{_nearest(variable, DM_VARIABLES)}", token)
        prefixed = kind in {DomainKind.EVENTS, DomainKind.INTERVENTIONS}
        if prefixed and not variable.startswith(domain) and variable not in SHARED_VARIABLES:
            raise self._fail(
                f"a variable that starts with {domain}; did you mean '{domain}.{domain}{variable}'?",
                token,
            )

    def _operator(self) -> Operator | None:
        if self._now.kind == "sign":
            token = self._take()
            if token.text == "=":
                raise self._fail("'==' to compare", token)
            return Operator(token.text)
        return None

    def _comparison(self) -> Node:
        left: Test | None = None
        start = self._at
        if _NUMBER.match(self._now.text):
            number = float(self._take().text)
            operator = self._operator()
            if operator is None:
                raise self._fail("a comparison: <, <=, ==, !=, >= or >")
            left = Test(_MIRROR[operator], (number,))
        field = self.field()
        tests = [left] if left else []
        right, unit = self._right_side(required=left is None)
        if right and right.operator in _DENIALS and field.kind in _OCCURRING:
            told = f"'not {field} == ...' for no such record: whether any other record would do is not clear"
            raise self._fail(told, self._tokens[start])
        tests += [right] if right else []
        if left and right and not (left.operator in _ORDERING and right.operator in _ORDERING):
            raise self._fail("a range such as 18 <= DM.AGE <= 75")
        return Compare(field, tuple(tests), unit)

    def _right_side(self, *, required: bool) -> tuple[Test | None, str]:
        if self._now.is_word("in"):
            self._take()
            return Test(Operator.IN, self._list()), ""
        if self._now.is_word("not") and self._peek(1).is_word("in"):
            self._take()
            self._take()
            return Test(Operator.NOT_IN, self._list()), ""
        operator = self._operator()
        if operator is None:
            if required:
                raise self._fail("a comparison: <, <=, ==, !=, >=, >, in [...] or not in [...]")
            return None, ""
        value, unit = self._value()
        if operator in _ORDERING and isinstance(value, str):
            raise self._fail(f"a number after '{operator}'", self._tokens[self._at - 1])
        return Test(operator, (value,)), unit

    def _value(self) -> tuple[Scalar, str]:
        if self._now.kind == "word" and _NUMBER.match(self._now.text):
            number = float(self._take().text)
            if self._now.kind == "word" and self._now.text in _TIMES:
                self._take()
            unit = ""
            if self._now.kind == "word" and not self._now.is_word(*RESERVED):
                unit = self._phrase("a unit")
            return number, unit
        return self._phrase("a value"), ""

    def _fact(self) -> Node:
        first = self._now
        for phrase in sorted(PHRASES, key=len, reverse=True):
            words = phrase.split()
            if all(self._peek(i).is_word(word) for i, word in enumerate(words)):
                self._at += len(words)
                return self._with_phase(PHRASES[phrase])
        if first.is_word(*RESERVED):
            raise self._fail("a fact, a field such as DM.AGE, or '('")
        words = []
        while self._now.kind == "word" and not self._now.is_word("and", "or", "not", "in"):
            words.append(self._take().text)
        name = " ".join(words)
        if self._now.kind == "sign" or self._now.is_word("in", "not"):
            raise self._fail("a field such as DM.AGE before a comparison", first)
        if not _SET_NAME.match(name):
            facts = ", ".join(fact.value for fact in Fact)
            near = _nearest(name.lower(), list(PHRASES))
            raise self._error(
                first.position, f"found '{name}'; expected a fact ({facts}) or an analysis set{near}"
            )
        return Member(name)

    def _with_phase(self, fact: Fact) -> FactHolds:
        if fact is not Fact.DISEASE_CONTROL or not self._now.is_word("at"):
            return FactHolds(fact)
        for word in _END_OF_PHASE:
            if not self._take().is_word(word):
                raise self._fail("'at the end of' and the name of a phase", self._tokens[self._at - 1])
        return FactHolds(fact, self._phrase("the name of a phase"))
