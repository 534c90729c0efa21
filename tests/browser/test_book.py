"""The book of pages as a reader has it: no kernel, no other host, and explorers that answer."""

import json
from dataclasses import replace
from html import unescape

import nbformat
import numpy as np
import pytest
from nbformat import v4

from course_utils.exercises.linear import A_QUARTER, ROW_SUMS
from course_utils.explorers.bilinear import bilinear_cell
from course_utils.explorers.convolution import stepper
from course_utils.explorers.linear import two_samples
from course_utils.lessons import WRITTEN
from publishing import book, lab, record
from publishing.serve import served
from tests.exercises.engine.test_reading import NO_NUMBERS, ONE, SEVERAL
from tests.exercises.verify_predictions import ways_to_write
from tests.later import keep
from tests.publishing.made import made
from tools import THOROUGH
from tools.run import LESSONS

pytestmark = pytest.mark.takes(45)

FOR_TESTS = replace(WRITTEN[1], number="98", title="Made", file="98_made.ipynb")
MADE = book.page_of(FOR_TESTS)
RUN = LESSONS if THOROUGH else LESSONS[:1]
ALIVE = "() => [...document.querySelectorAll('[data-explorer]')].every(box => box.dataset.alive)"
STATE = """number => { const { stage, box } = book.explorers.find(each => each.box.dataset.explorer === number);
    return { scene: stage.get('scene'), step: stage.get('step'), chosen: stage.get('chosen'),
        key: box.querySelector('.btp-stage').dataset.key, said: box.querySelector('.alive').textContent,
        shown: box.querySelector('.picture svg desc').textContent,
        label: box.querySelector('.picture svg').getAttribute('aria-label') }; }"""
FEW_STATES = """from course_utils.explorers.stage import standalone
standalone.MOST_STATES = standalone.MOST_WITH_A_PLACE = 100"""
OVER = "() => document.documentElement.scrollWidth - innerWidth"
BRIGHTNESS = """() => { const { color, backgroundColor } = getComputedStyle(document.body);
    const mean = words => words.match(/\\d+/g).slice(0, 3).reduce((sum, each) => sum + Number(each), 0) / 3;
    return [color, backgroundColor].map(mean); }"""
FOUR_TICKS = """() => new Promise(done => { let ticks = 0;
    const timer = setInterval(() => { if (++ticks > 3) { clearInterval(timer); done(); } }, 50); })"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The book of a lesson that was run, and of one made for these tests: (folder, sizes)."""
    folder = tmp_path_factory.mktemp("site")
    explorers = made(
        "# Made: for a test?\n\nOpening with $x^2$.",
        ("two_samples()", two_samples()),
        ("stepper()", stepper()),
        ("bilinear_cell()", bilinear_cell()),
        ("A", A_QUARTER),
        ("B", ROW_SUMS),
        "## Where it is folded",
        "### Side road: behind (2 min)\n\nA zebra hides here.",
        "### After",
        most_states=150,
    )
    lessons = [
        (lesson, record.recorded(path) if THOROUGH else quickly_recorded(path))
        for lesson, path in zip(WRITTEN, RUN, strict=False)
    ]
    lessons.append((FOR_TESTS, explorers))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(book, "MOVING_STATES", 60)
        yield folder, book.build(folder, lessons)


def quickly_recorded(path):
    """A lesson, run, with fewer states of its explorers than are published."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, v4.new_code_cell(FEW_STATES))
    done = record.run(notebook, path.stem)
    del done.notebook.cells[0]
    return done


@pytest.fixture(scope="module")
def address(site):
    with served(site[0]) as address:
        yield address


@pytest.fixture
def visit(browser, address):
    """A function: name of a page -> that page, alive; whatever it asks another host for is refused and noted."""
    contexts = []

    def visit(name, width=1000, before="", **more):
        context = browser.new_context(viewport={"width": width, "height": 900}, **more)
        context.add_init_script(before)
        contexts.append(context)
        page = context.new_page()
        page.foreign, page.errors = [], []
        page.on("console", lambda message: message.type == "error" and page.errors.append(message.text))
        page.on("pageerror", lambda error: page.errors.append(str(error)))

        def refuse(route):
            page.foreign.append(route.request.url)
            route.abort()

        page.route(lambda url: not url.startswith((address, "data:")), refuse)
        page.goto(f"{address}/{name}")
        if more.get("java_script_enabled", True):
            page.wait_for_function(ALIVE)
        return page

    yield visit
    for context in contexts:
        context.close()


def explorer(page, number):
    return page.locator(f"[data-explorer='{number}']")


def same_as_python(page, number, of_python):
    """Does the page show what Python shows?"""
    seen, scene = page.evaluate(STATE, str(number)), json.loads(json.dumps(of_python.stage.scene))
    assert seen["scene"]["svg"] == scene["svg"] and seen["key"] == scene["key"]
    assert seen["label"] in unescape(scene["svg"]) and seen["shown"] in unescape(scene["svg"])
    assert (seen["step"], seen["chosen"]) == (of_python.stage.step, of_python.stage.chosen)
    return True


@pytest.mark.thorough
@pytest.mark.parametrize("number", [path.stem[:2] for path in RUN])
def test_a_lesson_that_was_run_is_a_page_within_its_size(site, visit, number):
    folder, sizes = site
    lesson = next(lesson for lesson in WRITTEN if lesson.number == number)
    text = (folder / book.page_of(lesson)).read_text(encoding="utf-8")
    assert sizes[number].bytes <= book.PAGE_BYTES and sizes["shared"].bytes <= book.SHARED_BYTES
    for private in (str(record.ROOT), "/tmp/", "Traceback", "application/vnd.jupyter"):
        assert private not in text
    page = visit(book.page_of(lesson))
    assert page.foreign == page.errors == []
    assert page.locator("[data-alive]").count() == sizes[number].explorers


@pytest.mark.parametrize("name", ["index.html", MADE])
def test_no_page_asks_another_host(visit, name):
    page = visit(name)
    page.locator("#search").fill("zebra")
    page.locator("#found a").first.wait_for()
    page.mouse.wheel(0, 4000)
    assert page.foreign == page.errors == []


def test_a_key_on_a_slider_brings_the_picture_that_python_draws(visit):
    page, x = visit(MADE), two_samples()
    slider = explorer(page, 0).locator("[data-control=x] input")
    slider.press("ArrowRight")
    x.controls["x"].value = 0.3
    assert same_as_python(page, 0, x)
    assert explorer(page, 0).locator("[data-control=x] output").inner_text() == "0.3"
    slider.press("ArrowLeft")
    x.controls["x"].value = 0.25
    assert same_as_python(page, 0, x)


def test_a_choice_and_then_a_slider(visit):
    page, x = visit(MADE), two_samples()
    explorer(page, 0).get_by_role("button", name="cubic").click()
    explorer(page, 0).locator("[data-control=x] input").press("End")
    x.set(mode="cubic")
    x.set(x=1.0)
    assert same_as_python(page, 0, x)


def test_what_cannot_go_together_goes_back_and_says_so(visit):
    page, cell = visit(MADE), bilinear_cell()
    explorer(page, 2).locator("[data-control=x] input").press("Home")
    explorer(page, 2).locator("[data-control=order] button").nth(1).click()
    cell.set(order=cell.controls["order"].options[1])
    assert same_as_python(page, 2, cell)
    assert page.evaluate(STATE, "2")["said"].startswith("One thing at a time on this page: x went back.")


def test_a_point_is_dragged_in_the_picture(visit):
    page = visit(MADE)
    knob = explorer(page, 2).locator('[data-handle="P"][tabindex]')
    knob.scroll_into_view_if_needed()
    box = knob.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 90, y + 60, steps=6)
    page.mouse.up()
    cell, (at_x, at_y, *_) = bilinear_cell(), json.loads(page.evaluate(STATE, "2")["key"])
    assert at_x < 0.8 and at_y > 0.25  # from where it was
    cell.set(x=float(at_x), y=float(at_y))
    assert same_as_python(page, 2, cell)


def test_steps_go_on_and_the_place_is_kept_in_the_next_picture(visit):
    page, walk = visit(MADE), stepper()
    explorer(page, 1).locator(".player .on").click()
    walk.stage.step, walk.stage.chosen = 1, walk.stage.scene["steps"][1]
    assert same_as_python(page, 1, walk)
    explorer(page, 1).locator("[data-control=stride] input").press("ArrowRight")
    walk.controls["stride"].value = 3
    assert same_as_python(page, 1, walk)


@pytest.mark.parametrize(
    "typed", keep(["3.5", "7 / 2", "3,5 px", "6.5", "(1.5)", "0", "−4", "3.505", "3.6"], {1, 3, 6})
)
def test_a_prediction_in_numbers_is_told_what_python_would_say(visit, typed):
    page, of_python = visit(MADE), A_QUARTER.judge(typed)
    form = page.locator("[data-prediction='0']")
    form.locator("input").fill(typed)
    form.locator("button").click()
    said = form.locator(".result").inner_text()
    assert of_python.card.word in said and of_python.sentence.split("`")[0].strip() in said


def test_a_page_reads_every_text_as_python_does(visit):
    no_numbers = [(text, None) for text in NO_NUMBERS if isinstance(text, str)]
    ways = [(text, [-2.5, 0.25]) for text in ways_to_write(np.array([-2.5, 0.25])) if isinstance(text, str)]
    texts = [*((text, [value]) for text, value in ONE), *SEVERAL, *ways, *no_numbers]
    asked = [(text, len(values or [0])) for text, values in texts]
    read = visit("index.html").evaluate("asked => asked.map(([text, count]) => btpRead(text, count))", asked)
    same = [
        found == values if values is None or found is None else np.allclose(found, values, rtol=1e-12)
        for (_, values), found in zip(texts, read, strict=True)
    ]
    assert [(*text, found) for text, found, fits in zip(texts, read, same, strict=True) if not fits] == []


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("3.5", "3.5"), ("3,5 px", "3,5 px, read as 3.5"), ("<b>3</b>", None), ("$3$", "$3$, read as 3")],
)
def test_a_page_says_how_it_read_a_number(visit, typed, shown):
    form = visit(MADE).locator("[data-prediction='0']")
    form.locator("input").fill(typed)
    form.locator("button").click()
    said = form.locator(".result").inner_text()
    assert f"{shown}\n" in said if shown else said == "Type a number, such as 2.6."


def test_a_prediction_that_cannot_be_read_says_what_would_do(visit):
    form = visit(MADE).locator("[data-prediction='0']")
    form.locator("input").fill("three, or so")
    form.locator("input").press("Enter")
    assert form.locator(".result").inner_text() == "Type a number, such as 2.6."


def test_a_choice_is_told_what_python_would_say(visit):
    form = visit(MADE).locator("[data-prediction='1']")
    for label in ROW_SUMS.options:
        form.get_by_label(label, exact=True).check()
        form.locator("button").click()
        of_python = ROW_SUMS.judge(label)
        assert of_python.card.word in form.locator(".result").inner_text()


@pytest.fixture
def half_there(browser, address):
    """The page whose pictures and answers have not come, and a function that lets them come."""
    context = browser.new_context()
    page, held = context.new_page(), []
    page.route("**/states/*.js*", lambda route: held.append(route))
    page.goto(f"{address}/{MADE}", wait_until="commit")
    page.wait_for_function("() => typeof book !== 'undefined'")

    def rest(until=ALIVE):
        held[0].continue_()
        page.wait_for_function(until)

    yield page, rest
    context.close()


def test_a_page_answers_before_its_pictures_come(half_there):
    page, rest = half_there
    light = page.locator("html").get_attribute("data-jp-theme-light")
    page.locator("#theme").click()
    assert page.locator("html").get_attribute("data-jp-theme-light") != light
    page.locator("#search").fill("zeb hid")
    page.locator("#found a").first.wait_for()
    address, form = page.url, page.locator("[data-prediction='0']")
    form.locator("input").fill("3.5")
    form.locator("button").click()
    assert form.locator(".result").inner_text() == "The answer is on its way."
    rest()
    assert page.url == address and "As you predicted" in form.locator(".result").inner_text()


def test_controls_stand_where_the_picture_says(half_there):
    """A browser puts them where they stood at the last visit; and somebody may be early."""
    page, rest = half_there
    x, order = (f"[data-explorer='2'] [data-control={name}]" for name in ("x", "order"))
    page.evaluate(
        """selector => { const field = document.querySelector(selector); field.value = field.max; }""",
        f"{x} input",
    )
    page.evaluate(
        "selector => document.querySelectorAll(selector)[1].setAttribute('aria-pressed', 'true')",
        f"{order} button",
    )
    rest()
    cell = bilinear_cell()
    assert float(page.locator(f"{x} input").input_value()) == cell.controls["x"].value
    pressed = [each.get_attribute("aria-pressed") for each in page.locator(f"{order} button").all()]
    assert pressed.index("true") == cell.controls["order"].index and pressed.count("true") == 1


def test_one_explorer_that_fails_stays_the_only_one(half_there):
    page, rest = half_there
    page.evaluate("() => document.querySelector('[data-explorer=\\'0\\'] .alive').remove()")
    rest("() => document.querySelectorAll('[data-alive]').length === 2")
    assert [each.get_attribute("data-alive") for each in page.locator("[data-explorer]").all()] == [
        None,
        "yes",
        "yes",
    ]


def test_a_cell_that_is_pointed_at_lights_up(visit):
    page = visit(MADE)
    cell = explorer(page, 1).locator('[data-id="out-2"]').first
    cell.hover(force=True)
    assert explorer(page, 1).locator(".btp-stage").get_attribute("data-lit") == "out-2"
    assert explorer(page, 1).locator(".overlay rect.lit").count() > 0


def test_numbers_are_typed_only_where_a_kernel_is(visit):
    page = visit(MADE)
    field = explorer(page, 1).locator("[data-control=x] input")
    assert field.get_attribute("readonly") is not None
    assert page.evaluate(STATE, "1")["said"].endswith("yping numbers comes alive when the lesson runs.")


def test_a_side_road_is_folded_until_it_is_asked_for(visit):
    page = visit(MADE)
    hidden = page.get_by_text("A zebra hides here.")
    assert not hidden.is_visible()
    page.locator("summary", has_text="Side road: behind").click()
    assert hidden.is_visible()
    page = visit(f"{MADE}#Side-road:-behind")
    assert page.get_by_text("A zebra hides here.").is_visible()


def test_a_search_finds_words_of_all_pages(visit):
    page = visit("index.html")
    page.locator("#search").fill("zeb hid")
    found = page.locator("#found a")
    found.first.wait_for()
    assert found.count() == 1 and "Side road: behind" in found.inner_text()
    page.locator("#search").press("Enter")
    page.get_by_text("A zebra hides here.").wait_for()
    page.locator("#search").fill("zebra xylophone")
    page.get_by_text("Nothing found.").wait_for()


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["index.html", MADE, *(f"{path.stem}.html" for path in RUN)])
def test_it_fits_a_telephone(visit, name):
    page = visit(name, width=420)
    for details in page.locator("main details").all():
        details.evaluate("each => { each.open = true; }")
    assert page.evaluate(OVER) <= 0


@pytest.mark.parametrize("width, app", [(390, "notebooks"), (1280, "lab")])
def test_a_telephone_gets_the_app_that_it_has_room_for(browser, tmp_path, width, app):
    """Laid out as a telephone does it, which is not how a narrow window does."""
    (tmp_path / "index.html").write_text(lab.ENTRANCE, encoding="utf-8")
    for each in lab.APPS:
        (tmp_path / each).mkdir()
        (tmp_path / each / "index.html").write_text(each, encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 844}, is_mobile=width < 700)
    with served(tmp_path) as address:
        page = context.new_page()
        page.goto(f"{address}/?path=x.ipynb")
        page.wait_for_url(f"{address}/{app}/index.html?path=x.ipynb")
    context.close()


def test_dark_is_dark_and_a_choice_is_kept(visit):
    page = visit(MADE, color_scheme="dark")
    ink, paper = page.evaluate(BRIGHTNESS)
    assert ink > 200 and paper < 40
    page.locator("#theme").click()
    page.reload()
    ink, paper = page.evaluate(BRIGHTNESS)
    assert ink < 60 and paper > 240


def test_dark_is_dark_where_nothing_may_be_kept(visit):
    refused = "{ get() { throw new DOMException('', 'SecurityError'); } }"
    page = visit(
        MADE, before=f"Object.defineProperty(window, 'localStorage', {refused})", color_scheme="dark"
    )
    ink, paper = page.evaluate(BRIGHTNESS)
    assert ink > 200 and paper < 40
    page.locator("#theme").click()
    assert page.evaluate(BRIGHTNESS)[1] > 240 and page.errors == []


def test_without_scripts_it_can_be_read(visit):
    page = visit(MADE, java_script_enabled=False)
    assert page.locator(".btp-explorer svg.btp-scene").count() == 3
    assert page.get_by_text("At x = 0.25 the value is 3.5").first.is_visible()
    assert page.locator("math").count() == 1


def test_on_paper_there_is_the_lesson_alone(visit):
    page = visit(MADE, color_scheme="dark")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    ink, paper = page.evaluate(BRIGHTNESS)
    assert ink < 60 and paper > 240
    assert page.get_by_text("A zebra hides here.").is_visible()
    assert not page.locator(".top").is_visible() and not page.locator(".controls").first.is_visible()
    assert page.locator(".btp-explorer svg.btp-scene").first.is_visible()


def test_the_picture_of_the_first_page_moves_until_it_is_taken(visit):
    page = visit("index.html")
    key = "() => document.querySelector('.btp-stage').dataset.key"
    before = page.evaluate(key)
    page.wait_for_function(f"before => ({key})() !== before", arg=before)
    page.locator(".btp-explorer").dispatch_event("pointerenter")
    stopped = page.evaluate(key)
    page.evaluate(FOUR_TICKS)  # as its own timer would have
    assert page.evaluate(key) == stopped
