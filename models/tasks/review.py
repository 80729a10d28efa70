"""Short reviews whose feeling is decided by a few words among many fillers (document 003, section 2.1).

The rule: the last clause that says how it was decides, unless "although" or "though" opens it; a "not" (or
"never", "hardly", ...) turns the next word of feeling round. So a reader must remember the feeling across the
fillers, hold a pending "not", notice a "but", and ignore what only concedes something.
"""

from __future__ import annotations

import random

from ..task import UNKNOWN, Sample, Task

# Capitals are expanded, "|" separates equally likely ways to do so, "_" is nothing. Clauses are written as a
# happy reviewer would say them; an unhappy one swaps the words of _MIRROR.
_GRAMMAR = {
    "REVIEW": "BEFORE OPINION AFTER",
    "BEFORE": "_ | FILLER . | FILLER . | FILLER . | FILLER and | FILLER , and",
    "AFTER": "_ | . | . | . | ! | . FILLER | . FILLER . | . FILLER . | , and FILLER .",
    "OPINION": "MAIN | MAIN | MAIN | what a GOOD film | MAIN COMMA and MAIN | MAIN COMMA and MAIN | "
    "MAIN . MAIN | TURN | TURN | TURN | YIELD | YIELD",
    # A turn: what comes after it counts. A concession: what it opens does not.
    "TURN": "SIDE COMMA but MAIN | SIDE COMMA but MAIN | SIDE COMMA but FILLER and MAIN | "
    "SIDE COMMA yet MAIN | SIDE . but MAIN | SIDE . however , MAIN | SIDE . still , MAIN",
    "YIELD": "ALTHOUGH SIDE COMMA MAIN | MAIN COMMA ALTHOUGH SIDE",
    "ALTHOUGH": "although | though",
    "COMMA": ", | , | , | _",
    # Clauses.
    "CLAUSE": "SAID | SAID | SAID | DENIED",
    "SAID": "IT WAS MUCH GOOD | IT WAS MUCH GOOD | IT WAS MUCH GOOD | IT WAS GOOD and GOOD | MUCH GOOD | "
    "WE LOVED THING | WE really LOVED THING | there was a GOOD scene",
    "DENIED": "IT was NOT MUCH BAD | IT was NOT BAD at all | IT wasn't MUCH BAD | NOT MUCH BAD | "
    "WE DIDNT HATE THING | WE DIDNT really HATE THING | there was not a BAD scene | "
    "there was not a single BAD scene",
    "IT": "the ASPECT | the ASPECT | the ASPECT | it | this film",
    "WAS": "was | was | felt | seemed | is",
    "NOT": "not | not | not | never | hardly",
    "DIDNT": "did not | didn't",
    "MUCH": "_ | _ | really | very | so | quite | truly | rather",
    "WE": "i | i | we",
    "THING": "it | the ASPECT | the ASPECT",
    "ASPECT": "film | movie | story | plot | acting | music | ending | script",
    "GOOD": "good | great | wonderful | amazing | brilliant | charming | funny | beautiful | superb | nice",
    "BAD": "bad | dull | boring | awful | terrible | slow | weak | poor | clumsy | horrible",
    "LOVED": "loved | enjoyed | liked",
    "HATED": "hated | disliked",
    "LOVE": "love | enjoy | like",
    "HATE": "hate | dislike",
    # Fillers feel nothing, and some of them deny something that does not matter.
    "FILLER": "WE saw it WHEN | WE watched it WITH WHEN | my brother bought the tickets | "
    "the story begins on a train | it is set in a small town by the sea | the film runs for two hours | "
    "we had not heard of it before | i did not know the book | the cinema was not full | "
    "we talked about it on the way home | we stayed to the end",
    "WHEN": "last night | on sunday | after work | at home | in the old cinema | on a rainy evening",
    "WITH": "_ | with my brother | with friends",
}
_MIRROR = {"GOOD": "BAD", "LOVED": "HATED", "LOVE": "HATE"}
_MIRROR |= {bad: good for good, bad in _MIRROR.items()}
_WAYS = {symbol: [way.split() for way in ways.split(" | ")] for symbol, ways in _GRAMMAR.items()}
_TURNED = 0.7  # how often the clause that does not count feels otherwise: a "but" hints, it does not tell
_LENGTHS = range(3, 25)


def _expand(symbol: str, happy: bool, source: random.Random) -> list[str]:
    """The words of `symbol` in a review that feels `happy`."""
    if symbol in ("MAIN", "SIDE"):
        turned = symbol == "SIDE" and source.random() < _TURNED
        return _expand("CLAUSE", happy != turned, source)
    if symbol == "_":
        return []
    if symbol not in _WAYS:
        return [symbol]
    if not happy:
        symbol = _MIRROR.get(symbol, symbol)
    words = []
    for part in source.choice(_WAYS[symbol]):
        words += _expand(part, happy, source)
    return words


def _draw(source: random.Random) -> Sample:
    """A review of 3 to 24 tokens. Its feeling is asked for after every word, so that the network must always
    say what it thinks so far: the share of reviews beginning like this one that end well."""
    happy = source.random() < 0.5
    while len(words := _expand("REVIEW", happy, source)) not in _LENGTHS:
        pass
    for k, following in enumerate(words[1:]):
        if words[k] == "a" and following[0] in "aeiou":
            words[k] = "an"
    return Sample(tuple(words), (float(happy),) * len(words))


def _vocabulary() -> tuple[str, ...]:
    words = {part for ways in _WAYS.values() for way in ways for part in way}
    return (UNKNOWN, *sorted(words - _WAYS.keys() - {"MAIN", "SIDE", "_"} | {"an"}))


TASK = Task(
    key="review",
    title="Reviews",
    note="Is the review positive? A few words decide; the rest is filler.",
    vocabulary=_vocabulary(),
    low="negative",
    high="positive",
    examples=(
        "The plot was slow, but the ending was not boring",
        "I loved the music, although the story was rather weak",
        "I did not know the book. The acting was so clumsy",
        "We watched it on a rainy evening. There was not a single dull scene!",
    ),
    draw=_draw,
)
