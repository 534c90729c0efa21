"""What a hand can do on a stage, and what it then shows: for tests of explorers in the browser."""

import re
from contextlib import suppress

from playwright import sync_api

MOST_MS_TO_ANOTHER_PICTURE = 500  # then the kernel is waited for, however long it takes

# which cells lie under a lit rectangle: a mark has the place of the cell it lights up
LIT = """root => [...root.querySelectorAll('.overlay rect.lit')].map(mark => {
    const place = element => ['x', 'y', 'width', 'height'].map(name => Number(element.getAttribute(name)));
    const same = cell => place(cell).every((value, i) => Math.abs(value - place(mark)[i]) < 0.01);
    return [...root.querySelectorAll('[data-id]')].find(same)?.dataset.id; }).filter(Boolean)"""

SHOWN = """root => { const svg = root.querySelector('svg').cloneNode(true);
    svg.querySelector('.overlay')?.remove(); return (root.dataset.lit || '') + svg.outerHTML; }"""

MIDDLE = """knob => { let box = knob.getBoundingClientRect();
    if (box.top < 60 || box.bottom > innerHeight - 40) {
        knob.scrollIntoView({ block: 'center', inline: 'nearest' });
        box = knob.getBoundingClientRect();
    }
    return [box.x + box.width / 2, box.y + box.height / 2]; }"""

MIDDLE_OF_BOX = """element => { const box = element.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2]; }"""

SIZED = """cells.filter(cell => { const box = cell.getBoundingClientRect();
    return box.width && box.height; })"""

CUT_OFF = """root => { const frame = root.querySelector('svg').getBoundingClientRect();
    const reaches_out = box => box.width && (box.left < frame.left - 2 || box.right > frame.right + 2
        || box.top < frame.top - 2 || box.bottom > frame.bottom + 2);
    return [...root.querySelectorAll('svg text')].filter(text => reaches_out(text.getBoundingClientRect()))
        .map(text => text.textContent); }"""


def stages(lesson, having=""):
    """Every stage of an open lesson that holds an element of this CSS selector, top to bottom."""
    every = lesson.page.locator(".btp-stage")
    found = every.filter(has=lesson.page.locator(having)) if having else every
    return [StageOnPage(lesson, found.nth(i)) for i in range(found.count())]


def anew(lesson, cell, number):
    """The stage with this number, in view, after its cell ran again: no test goes on where another one stopped."""
    lesson.page.mouse.move(0, 0)
    lesson.run_cell(cell)
    stage = stages(lesson)[number]
    stage.root.scroll_into_view_if_needed()
    return stage


class StageOnPage:
    """One stage in the page. ``root`` is its locator; every method scrolls to it as a learner would."""

    def __init__(self, lesson, root):
        self.lesson, self.page, self.root = lesson, lesson.page, root

    def shown(self):
        """What can be seen, as one text: the chosen cell, and the SVG without what pointing lights up."""
        return self.root.evaluate(SHOWN)

    def text(self):
        """The text twin under the picture."""
        return self.root.locator(".twin p").inner_text()

    def lit(self):
        """Ids of the cells that are lit up now, in no order."""
        return set(self.root.evaluate(LIT))

    def chosen(self):
        """Id of the cell that the light starts from, "" for none."""
        return self.root.get_attribute("data-lit") or ""

    def cut_off(self):
        """Texts of the picture that reach out of its frame."""
        return self.root.evaluate(CUT_OFF)

    def ids(self, group=""):
        """Ids of the cells that have a size, of one group when it is named."""
        sized = "({ width, height }) => width && height"
        kept = f"cells.filter(cell => ({sized})(cell.getBoundingClientRect()))"
        return self._all(
            f'g[data-group="{group}"] [data-id]' if group else "[data-id]", kept, "cell.dataset.id"
        )

    def groups(self):
        """Names of the grids that can have the focus."""
        return self._all("g[data-group]", "cells", "cell.dataset.group")

    def handles(self):
        """Names of the handles that are Tab stops of their own, and of the brushes."""
        knobs = "[data-handle][tabindex], [data-drag][tabindex]"
        return list(dict.fromkeys(self._all(knobs, "cells", "cell.dataset.handle ?? cell.dataset.drag")))

    def cell_handles(self):
        """Names of the handles that are cells of a grid."""
        return self._all("g[data-group] [data-id][data-handle]", "cells", "cell.dataset.handle")

    def _all(self, selector, kept, value):
        """A value of each cell that is kept, in one call: a redraw in between would leave cells without a size."""
        return self.root.evaluate(
            f"(root, selector) => {{ const cells = [...root.querySelectorAll(selector)];"
            f" return {kept}.map(cell => {value}); }}",
            selector,
        )

    def knob(self, handle):
        """The element that is a handle: the Tab stop where there is one."""
        own = self.root.locator(f'[data-handle="{handle}"][tabindex], [data-drag="{handle}"][tabindex]')
        return own.first if own.count() else self.root.locator(f'[data-handle="{handle}"]').first

    def key(self):
        """The values of the controls that the picture belongs to, as the browser writes them."""
        return self.root.get_attribute("data-key") or ""

    def hover(self, cell_id):
        self.root.locator(f'[data-id="{cell_id}"]').first.hover(force=True)  # numbers lie over the cell
        self.wait_until_chosen(cell_id)

    def wait_until_chosen(self, cell_id):
        """Until the light starts from this cell."""
        self.page.wait_for_function("([root, id]) => root.dataset.lit === id", arg=[self._handle(), cell_id])

    def press(self, group, *keys):
        """Focus a grid by the keyboard's way and press keys on it."""
        grid = self.root.locator(f'g[data-group="{group}"]')
        grid.focus()
        for key in keys:
            grid.press(key)

    def middle_of(self, handle):
        """Where a handle is: (x, y) on the screen. Scrolls to it."""
        return tuple(self.knob(handle).evaluate(MIDDLE))  # all at once: a redraw puts another element there

    def toward_the_middle(self, handle, pixels=40):
        """A move that stays inside the picture, wherever the handle is: (x, y) screen pixels."""
        x, y = self.middle_of(handle)
        middle_x, middle_y = self.root.evaluate(f"root => ({MIDDLE_OF_BOX})(root.querySelector('svg'))")
        across, down = middle_x - x, middle_y - y
        return (pixels if across > 0 else -pixels, pixels if down > 0 else -pixels)

    def drag(self, handle, by, button="left"):
        """Take a handle, move it by (x, y) screen pixels in ten steps, let go, wait for another picture."""
        before = self.shown()
        self.pull(handle, by, button)
        self.wait_for_change(before)

    def pull(self, handle, by, button="left"):
        """Like ``drag``, without waiting."""
        x, y = self.middle_of(handle)
        self.page.mouse.move(x, y)
        self.page.mouse.down(button=button)
        self.page.mouse.move(x + by[0], y + by[1], steps=10)
        self.page.mouse.up(button=button)

    def position(self):
        """The slider of the stage's own player, for scenes that have steps."""
        return self.root.locator(".player input")

    def button(self, name):
        """A button of the player: play, back or on."""
        return self.root.locator(f".player .{name}")

    def wait_for_change(self, before):
        """Until the picture is another one than ``before``, and nothing more is coming."""
        self.wait_for_another(before)
        self.lesson.wait_idle()

    def wait_for_another(self, before):
        """Until the picture is another one than ``before``; the next may be under way."""
        changed = f"([root, before]) => ({SHOWN})(root) !== before"
        self.page.wait_for_function(changed, arg=[self._handle(), before])

    def sliders(self):
        """The handles of this explorer's sliders."""
        return self.explorer().locator(".widget-slider .noUi-handle:visible")

    def slider(self, label):
        """The handle of this explorer's slider with this label."""
        words = self.page.locator(".widget-label", has_text=re.compile(f"^{re.escape(label)}$"))
        return self.explorer().locator(".widget-slider", has=words).locator(".noUi-handle").first

    def at_its_end(self):
        """Is the first slider as far right as it goes?"""
        return self.sliders().first.evaluate("knob => knob.ariaValueNow === knob.ariaValueMax")

    def press_slider(self, label, key="ArrowRight"):
        """Press a key on a slider of this explorer and wait for another picture."""
        before = self.shown()
        self.slider(label).press(key)
        self.wait_for_change(before)

    def slider_steps(self):
        """How far apart the values of each slider in sight are."""
        return self.explorer().evaluate(
            """box => [...box.querySelectorAll('.widget-slider')].filter(each => each.offsetParent).map(each => {
                const slider = each.querySelector('.noUi-target').noUiSlider;
                return slider?.options.step || 1; })"""
        )

    def height(self):
        """Of the explorer with all its controls in sight, in pixels of the screen."""
        return self.explorer().locator(".btp-explorer").first.bounding_box()["height"]

    def runs_over(self):
        """Is the picture, or the row of controls, wider than its place?"""
        return self.explorer().evaluate(
            """box => [...box.querySelectorAll('.btp-explorer, .picture')].some(
                each => each.scrollWidth > each.clientWidth + 2)"""
        )

    def moved_by_pointer(self, handle):
        """Does pulling at a handle, one way or the other, bring another picture?"""
        across, down = self.toward_the_middle(handle)
        # one axis at a time: for a number in a line both count, and could cancel
        ways = ((across, 0), (0, down), (-across, 0), (0, -down))
        return self._moved_by_one_of([lambda by=by: self.pull(handle, by) for by in ways])

    def moved_by_keys(self, handle):
        """Does a key on a handle bring another picture?"""
        knob = self.knob(handle)
        is_highest = knob.get_attribute("aria-valuenow") == knob.get_attribute("aria-valuemax")
        keys = ["-" if is_highest else "+", "ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"]
        return self._moved_by_one_of([lambda key=key: knob.press(key) for key in keys])

    def _moved_by_one_of(self, moves):
        """Does one of these moves bring a picture of other values? The next is tried when the kernel has rested."""
        before = self.key()
        for move in moves:
            move()
            with suppress(sync_api.TimeoutError):
                self.page.wait_for_function(
                    "([root, before]) => root.dataset.key !== before",
                    arg=[self._handle(), before],
                    timeout=MOST_MS_TO_ANOTHER_PICTURE,
                )
            self.lesson.wait_idle(quiet_ms=100)
            if self.key() != before:
                return True
        return False

    def choose_first(self):
        """Choose the first cell that has a size by a click."""
        if self.chosen():
            self.release("Escape")
        group = self.groups()[0]
        self.first = self.root.locator(f'g[data-group="{group}"] [data-id="{self.ids(group)[0]}"]').first
        self.first.click(force=True)
        self.page.mouse.move(2, 2)
        self.lesson.wait_idle(quiet_ms=100)

    def release(self, how):
        """Let go of the choice: by "Escape", by a click "again", or on "nothing"."""
        if how == "Escape":
            self.root.locator("g[data-group]").first.press("Escape")
        elif how == "again":
            self.first.click(force=True)
        else:
            frame = self.root.locator("svg").first.bounding_box()
            self.page.mouse.click(frame["x"] + 1, frame["y"] + 1)
        self.page.mouse.move(2, 2)
        self.lesson.wait_idle(quiet_ms=100)

    def explorer(self):
        """The output that holds this stage and its controls."""
        return self.root.locator("xpath=ancestor::*[contains(@class, 'jp-OutputArea-child')][1]")

    def _handle(self):
        return self.root.element_handle()
