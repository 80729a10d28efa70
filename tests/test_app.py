"""The page without a browser: widgets are views of the scene, links restore it, bad input is told and harmless."""

import gzip
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

import app
from models.lessons import lessons
from models.notice import Notice
from models.tweaks import Tweaks
from viz.payload import decode
from viz.text import say
from viz.ui import assets, notice, stage

ROOT = Path(__file__).resolve().parent.parent
FREE = {"lesson": "free", "cell": "lstm", "text": "one two three", "units": "6", "lang": "en"}


def opened(**link: str) -> AppTest:
    page = AppTest.from_file(ROOT / "viz" / "ui" / "page.py", default_timeout=30)
    for name, value in link.items():
        page.query_params[name] = value
    return healthy(page.run())


def healthy(page: AppTest) -> AppTest:
    assert not page.exception and not page.error
    return page


def header(page: AppTest) -> dict:
    """What the stage was sent."""
    return decode(page.get("bidi_component")[0].proto.bytes)[0]


def link(page: AppTest) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(header(page)["link"], keep_blank_values=True).items()}


def test_a_bare_address_opens_a_trained_cell_on_a_sentence() -> None:
    page = opened()
    sent = header(page)
    assert sent["static"]["trained"] and sent["static"]["cell"]["key"] == "lstm"
    assert [token["text"] for token in sent["static"]["tokens"]][:3] == ["The", "plot", "was"]
    assert sent["view"]["step"] == lessons()["review"].step and not sent["push"]
    assert not page.warning
    assert (page.selectbox(key="lesson").value, page.selectbox(key="cell").value) == ("review", "lstm")
    assert page.text_area(key="text").value == lessons()["review"].text
    assert "units" not in {widget.key for widget in page.slider}  # trained weights have a size of their own


def test_typing_keeps_the_clocks_and_makes_a_step_of_the_history() -> None:
    page = opened(**FREE, step="2", phase="cell", sel="f.2.2")
    first = header(page)
    healthy(page.text_area(key="text").set_value("four five six seven").run())
    second = header(page)
    assert second["push"] and link(page)["text"] == "four five six seven"
    assert second["base"] != first["base"] and second["static"] is not None
    assert second["view"] == first["view"]
    assert not header(healthy(page.run()))["push"]


def test_the_static_part_is_sent_once() -> None:
    page = opened(**FREE)
    assert header(page)["static"] is not None
    assert header(page.run())["static"] is None
    healthy(page.selectbox(key="cell").select("gru").run())
    assert header(page)["static"]["cell"]["key"] == "gru"


def test_another_cell_moves_the_stage_only_where_it_must() -> None:
    page = opened(**FREE, step="2", phase="output")
    epoch = header(page)["view"]["epoch"]
    healthy(page.selectbox(key="cell").select("gru").run())
    assert header(page)["view"] == {"epoch": epoch + 1, "step": 2, "phase": "mix", "selection": None}
    healthy(page.selectbox(key="cell").select("gru_after").run())
    assert header(page)["view"]["epoch"] == epoch + 1


def test_free_play_has_a_size_and_a_seed() -> None:
    page = opened(lang="en")
    healthy(page.selectbox(key="lesson").select("free").run())
    assert header(page)["view"]["step"] == lessons()["free"].step
    healthy(page.slider(key="units").set_value(20).run())
    assert header(page)["static"]["H"] == 20
    run = header(page)["run"]
    healthy(page.number_input(key="seed").set_value(3).run())
    assert header(page)["run"] != run and link(page)["seed"] == "3"
    healthy(page.get_by_key("mode").set_value("characters").run())
    assert link(page)["mode"] == "characters"


def test_the_language_changes_every_word_and_nothing_else() -> None:
    page = opened(**FREE, step="2", phase="cell")
    english = header(page)
    healthy(page.get_by_key("lang").set_value("zh").run())
    chinese = header(page)
    assert page.selectbox(key="cell").label == say("zh", "sidebar.cell")
    assert chinese["static"]["lang"] == "zh" and chinese["static"]["strings"]["play"] == "播放"
    assert chinese["view"] == english["view"] and chinese["run"] == english["run"]
    assert link(page)["lang"] == "zh" and not chinese["push"]
    # Streamlit knows a choice by its words: none may be left in the old language, or it would come back as a change.
    assert [page.selectbox(key=key).proto.raw_value for key in ("lesson", "cell")] == [
        say("zh", lessons()["free"].title),
        "LSTM · 1997",
    ]
    assert header(healthy(page.run()))["view"] == english["view"]


@pytest.mark.parametrize(("locale", "lang"), [("zh-CN", "zh"), ("en-GB", "en"), ("de-DE", "en")])
def test_the_first_language_is_the_browsers(locale: str, lang: str) -> None:
    page = AppTest.from_file(ROOT / "viz" / "ui" / "page.py", default_timeout=30)
    page.context = {"locale": locale}
    assert link(healthy(page.run()))["lang"] == lang


@pytest.mark.parametrize("text", ["", " \t\u3000\n"])
@pytest.mark.parametrize("lesson", list(lessons()))
def test_no_text_is_an_invitation(lesson: str, text: str) -> None:
    page = opened(lesson=lesson, text=text, lang="en")
    assert header(page)["static"]["empty"]
    starts = [button for button in page.button if button.key and button.key.startswith("start-")]
    assert len(starts) == 3
    healthy(starts[1].click().run())
    assert page.text_area(key="text").value == lessons()[lesson].examples[1]
    assert not header(page)["static"]["empty"]


def test_an_example_of_the_sidebar_is_read() -> None:
    page = opened(**FREE)
    healthy(page.menu_button(key="example").click(lessons()["free"].examples[1]).run())
    assert page.text_area(key="text").value == lessons()["free"].examples[1]
    assert header(page)["static"]["T"] == len(lessons()["free"].examples[1])


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("text", "mode", "telling"),
    [("word " * 600, "auto", ["512"]), ("0.5 oops 2", "numbers", ["oops", "2"]), ("x" * 9000, "auto", ["5000"])],
)
def test_bad_input_is_told(text: str, mode: str, telling: list[str], lang: str) -> None:
    page = opened(**FREE | {"text": text, "mode": mode, "lang": lang})
    assert len(page.warning) == 1
    assert all(word in page.warning[0].value for word in telling)


MARKUP = (
    "<script>alert(1)</script> <b>x</b> %{x} $x$ [a](b) :material/home: `z` **y** \\ \x00 \u202eabc 👩\u200d👧 e\u0301"
)


@pytest.mark.parametrize("lesson", list(lessons()))
def test_markup_is_text(lesson: str) -> None:
    page = opened(lesson=lesson, text=MARKUP, lang="en")
    assert page.text_area(key="text").value == MARKUP
    shown = "".join(token["text"] for token in header(page)["static"]["tokens"])
    assert "<" in shown and "script" in shown


@pytest.mark.parametrize(
    "bad",
    [
        {"lesson": "<script>", "cell": "`x`", "units": "many", "step": "1e9", "phase": "[a](b)"},
        {"tweaks": "b.f:nan,k.q:1,w.W_xf.999.1:2,:red[x],b.f:1e999", "sel": "$x$.1.1"},
        {"lang": "tlh", "mode": "%{x}", "panel": "../../etc", "seed": "-1"},
    ],
)
def test_a_tampered_link_is_repaired_with_a_notice(bad: dict[str, str]) -> None:
    page = opened(**FREE | bad)
    assert len(page.warning) == 1 and header(page)["static"] is not None
    for name, value in bad.items():
        assert link(page).get(name) != value
    # The notice is about the link: it goes when the visitor goes on.
    healthy(page.text_area(key="text").set_value("on we go").run())
    assert not page.warning


def test_a_link_restores_tweaks_and_place() -> None:
    page = opened(**FREE, step="2", phase="cell", sel="f.2.2", tweaks="b.f:1.5,k.o:0.5,w.W_xf.3.2:0.7")
    sent = header(page)
    assert sent["view"] == {"epoch": 1, "step": 2, "phase": "cell", "selection": {"q": "f", "unit": 2, "step": 2}}
    assert sent["tweaks"]["bias"] == {"f": 1.5} and sent["tweaks"]["weights"] == {"W_xf.3.2": 0.7}
    assert "changed/W_xf" in sent["arrays"]
    assert link(page)["tweaks"] == "b.f:1.5,k.o:0.5,w.W_xf.3.2:0.7"


@pytest.mark.parametrize(("key", "value"), [("units", 10**6), ("seed", -7), ("text", None)])
def test_limits_of_widgets_hold_on_the_server_too(key: str, value: object) -> None:
    page = opened(**FREE)
    page.session_state[key] = value
    healthy(page.run())
    assert header(page)["static"] is None or header(page)["static"]["H"] <= 128


# What the stage says.


@pytest.mark.parametrize(
    ("message", "tweaks"),
    [
        ({"bias": {"f": 1}, "weights": {"W_xf.3.2": 0.5}}, Tweaks({"f": 1}, weights={("W_xf", 2, 1): 0.5})),
        ({"clamp": {"c~": -1}, "gain_x": {"i": 2}}, Tweaks(gain_x={"i": 2}, clamp={"c~": -1})),
        ({"bias": {"f": "1", "i": None, "o": float("nan")}, "weights": {"W": 1, "W.x.y": 1, "..": 1}}, Tweaks()),
        ({"bias": [1, 2], "clamp": "f", "weights": 3}, Tweaks()),
        (None, Tweaks()),
        ([], Tweaks()),
        ("tweaks", Tweaks()),
    ],
)
def test_tweaks_are_read_from_anything(message: object, tweaks: Tweaks) -> None:
    assert stage.read_tweaks(message) == tweaks


def test_the_loader_names_the_stage_under_its_version() -> None:
    assert f'"assets/{assets.version()}/player/stage.js"' in stage.loader()
    assert "\n" in stage.loader().strip()  # one line would be taken for the name of a file


# Notices.


@given(st.text(max_size=60))
def test_a_value_in_a_notice_is_one_code_span(value: str) -> None:
    span = notice.code(value)
    fence = span[: len(span) - len(span.lstrip("`"))]
    assert span.endswith(fence) and "\n" not in span
    assert fence not in span[len(fence) : -len(fence)]


def test_too_many_notices_are_counted() -> None:
    def script() -> None:
        from models.notice import Notice
        from viz.ui import notice

        notice.show("en", [Notice("notice.link.unreadable", {"name": "a", "value": str(k)}) for k in range(9)])

    page = healthy(AppTest.from_function(script).run())
    assert len(page.warning) == 1 and page.warning[0].value.count(notice.NEW_LINE) == 4 and "5" in page.warning[0].value
    assert notice.spans(Notice("notice.too_long", {"limit": 512})) == {"limit": "512"}


# The stage's own files.


@pytest.fixture
def get() -> Callable[..., Response]:
    def fetch(path: str, **headers: str) -> Response:
        pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "GET", "path": f"/assets/{path}", "headers": pairs}
        return app.serve(Request(scope | {"path_params": {"path": path}}))

    return fetch


def test_a_versioned_file_is_kept_for_a_year(get: Callable[..., Response]) -> None:
    fetched = get(f"{assets.version()}/player/stage.js", accept_encoding="gzip, br")
    assert fetched.status_code == 200 and fetched.headers["content-type"].startswith("text/javascript")
    assert "immutable" in fetched.headers["cache-control"] and fetched.headers["content-encoding"] == "gzip"
    assert gzip.decompress(fetched.body) == (ROOT / "assets" / "player" / "stage.js").read_bytes()


@pytest.mark.parametrize("path", ["player/stage.js", "v-0123456789ab/player/stage.js", "plotly.min.js"])
def test_any_other_file_is_checked_each_time(get: Callable[..., Response], path: str) -> None:
    fetched = get(path)
    assert fetched.status_code == 200 and fetched.headers["cache-control"] == "no-cache"
    assert "content-encoding" not in fetched.headers
    again = get(path, if_none_match=fetched.headers["etag"])
    assert again.status_code == 304 and again.body == b""


@pytest.mark.parametrize(
    "path", ["", "..", "../app.py", "player/../../app.py", "player", "nope.js", "a\x00b", "x" * 5000]
)
def test_nothing_else_is_served(get: Callable[..., Response], path: str) -> None:
    assert get(path).status_code == 404
    assert get(f"{assets.version()}/{path}").status_code == 404
