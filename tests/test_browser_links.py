"""Links in a real browser: they restore the picture, survive a reload, and a tampered one is repaired."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tools import live

EVERYTHING = {
    "lesson": "free",
    "cell": "gru",
    "text": "one two three two one",
    "units": 12,
    "seed": 7,
    "step": 3,
    "phase": "candidate",
    "sel": "z.2.3",
    "lang": "zh",
    "tweaks": "b.z:1.5,x.r:0.5,k.r:0.25,w.W_xh.3.2:0.7",
}


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def settle(page: Page) -> None:
    page.wait_for_timeout(600)
    live.wait_for_rest(page)


def test_a_link_goes_round(page: Page, open_link) -> None:
    first = open_link(**EVERYTHING)
    assert (first.step, first.phase) == (3, "candidate")
    settle(page)
    address = parameters(page)
    for name, value in EVERYTHING.items():
        if name != "tweaks":
            assert address[name] == [str(value)], name
    assert sorted(address["tweaks"][0].split(",")) == sorted(EVERYTHING["tweaks"].split(","))
    pictures = live.shown(page)
    page.goto(page.url)
    assert live.wait_for_run(page) == first
    assert live.shown(page) == pictures


def test_a_reload_loses_nothing(page: Page, open_link) -> None:
    open_link(lang="en")
    live.type_text(page, "the film was wonderful")
    page.keyboard.press("Escape")
    page.get_by_test_id("token").nth(2).click()
    settle(page)
    before, address = live.stage(page), page.url
    page.reload()
    assert live.wait_for_run(page) == before
    settle(page)
    assert page.url == address


def test_back_and_forward_follow_the_changes(page: Page, open_link) -> None:
    first = open_link(lesson="free", text="one two three", units=8, lang="en")
    settle(page)
    live.type_text(page, "four five six")
    second = live.wait_for_run(page, other_than=first.run)
    settle(page)
    assert parameters(page)["text"] == ["four five six"]
    page.go_back()
    assert live.wait_for_run(page, other_than=second.run).run == first.run
    settle(page)
    assert parameters(page)["text"] == ["one two three"]
    assert page.locator(".st-key-text").locator("textarea, input").first.input_value() == "one two three"
    page.go_forward()
    assert live.wait_for_run(page, other_than=first.run).run == second.run
    settle(page)
    assert parameters(page)["text"] == ["four five six"]


@pytest.mark.parametrize(
    "tampered",
    [
        {"lesson": "<script>alert(1)</script>"},
        {"cell": "transformer", "phase": "attention"},
        {"units": "99999", "seed": "-1"},
        {"units": "many", "step": "1e9"},
        {"step": "-5", "sel": "q.9.9"},
        {"tweaks": "b.f:nan,k.q:1,w.W_xf.999.1:2,[x](y),b.f:1e999"},
        {"lang": "tlh", "mode": "%{x}", "panel": "../../etc"},
    ],
    ids=lambda given: "-".join(given),
)
def test_a_tampered_link_is_repaired_with_a_notice(page: Page, open_link, tampered: dict[str, str]) -> None:
    open_link(**{"lesson": "free", "lang": "en"} | tampered)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    expect(page.locator("[data-testid=stAlert]").first).to_be_visible()
    settle(page)
    for name, value in tampered.items():
        assert parameters(page).get(name) != [value]
    page.reload()
    live.wait_for_run(page)
    expect(page.locator("[data-testid=stAlert]")).to_have_count(0)
