"""Every task writes what it says it writes, and a review's feeling follows from its words by the stated rule."""

from __future__ import annotations

from itertools import islice

import pytest

from models.task import UNKNOWN, Task, split
from models.tasks import TASKS
from models.text import spelling, tokenize

GOOD = {"good", "great", "wonderful", "amazing", "brilliant", "charming", "funny", "beautiful", "superb", "nice"}
GOOD |= {"loved", "enjoyed", "liked", "love", "enjoy", "like"}
BAD = {"bad", "dull", "boring", "awful", "terrible", "slow", "weak", "poor", "clumsy", "horrible"}
BAD |= {"hated", "disliked", "hate", "dislike"}
DENIES = {"not", "never", "hardly", "wasn't", "didn't"}


@pytest.fixture(params=list(TASKS.values()), ids=list(TASKS))
def task(request: pytest.FixtureRequest) -> Task:
    return request.param


def test_samples_depend_on_the_seed_alone(task: Task) -> None:
    first, again, other = (list(islice(task.samples(seed), 50)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_samples_are_well_formed_and_use_the_whole_vocabulary(task: Task) -> None:
    used = set()
    for sample in islice(task.samples(0), 3000):
        assert len(sample.tokens) == len(sample.targets)
        assert set(sample.targets) <= {0.0, 1.0}
        used |= set(sample.tokens)
    assert task.vocabulary[0] == UNKNOWN
    assert len(set(task.vocabulary)) == len(task.vocabulary)
    assert {UNKNOWN, *used} == set(task.vocabulary)


def test_the_vocabulary_is_spelt_as_it_is_looked_up(task: Task) -> None:
    for word in task.vocabulary[1:]:
        assert spelling(word) == word
        assert tokenize(word, "words").items == (word,)


def test_examples_use_known_words_only(task: Task) -> None:
    assert len(task.examples) >= 3
    for text in task.examples:
        assert {spelling(item) for item in tokenize(text).items} <= set(task.vocabulary)


def test_no_sequence_is_both_trained_on_and_judged_by(task: Task) -> None:
    training, held_out = split(task, 400, 200, seed=0)
    assert (len(training), len(held_out)) == (400, 200)
    assert len({sample.tokens for sample in training + held_out}) == 600
    assert split(task, 10, 200, seed=0)[1] == held_out


def test_reviews_are_short_balanced_and_their_vocabulary_is_small() -> None:
    samples = list(islice(TASKS["review"].samples(0), 3000))
    assert all(3 <= len(sample.tokens) <= 24 for sample in samples)
    assert 0.47 < sum(sample.targets[0] for sample in samples) / len(samples) < 0.53
    assert 80 <= len(TASKS["review"].vocabulary) <= 130


def test_a_review_feels_what_its_words_say() -> None:
    checked = 0
    for sample in islice(TASKS["review"].samples(0), 3000):
        feeling = felt(sample.tokens)
        if feeling is not None:
            assert sample.targets == (feeling,) * len(sample.tokens), " ".join(sample.tokens)
            checked += 1
    assert checked > 2800


def felt(tokens: tuple[str, ...]) -> float | None:
    """The rule of models/tasks/review.py, read off the words; None where a missing comma hides a clause's end."""
    feeling, denied, conceded, ends_at = None, False, False, "."
    for token in tokens:
        if token in ("although", "though"):
            conceded, denied = True, False
            ends_at = "," if feeling is None else "."  # before the main clause, or after it
        elif token in DENIES:
            denied = True
        elif token in GOOD | BAD:
            if not conceded:
                feeling = float((token in GOOD) != denied)
            denied = False
        elif token in {",", ".", "but", "and"}:
            denied = False
            conceded = conceded and token != ends_at
    return feeling
