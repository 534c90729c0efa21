"""The browser edition in a real browser: the same lessons and hands as in ``tools.lab``, and no server behind them.

with running(site) as server, running_browser(ALONE) as browser:
    page, elsewhere = private_page(browser, server.address)
    lesson = Edition(server.address).open_lesson(page, "00_start_here.ipynb")
"""

import ast

from tools.lab import IN_TIME, PANEL, Lesson, open_page

# the repr of a Python expression in the lesson's kernel: this kernel answers no user_expressions, so it prints
ASK = f"""async code => {{ {PANEL} {IN_TIME}
    const kernel = panel.sessionContext.session.kernel;
    const asked = kernel.requestExecute({{code: `print(repr(${{code}}))`, store_history: false}});
    let said = '';
    asked.onIOPub = message => {{
        if (message.header.msg_type === 'stream') said += message.content.text;
        if (message.header.msg_type === 'error') said = `error: ${{message.content.evalue}}`; }};
    await inTime(asked.done);
    return said; }}"""


class Edition:
    """The browser edition of the site at ``address``; a ``Lesson`` takes it for a server."""

    def __init__(self, address):
        self.address = address

    def lesson_url(self, name):
        return f"{self.address}/lab/index.html?path={name}"

    def hide(self, text):
        return text

    def last_words(self):
        return ""

    def open_lesson(self, page, name):
        """Open a lesson and wait for its kernel."""
        return LiteLesson(page, self, name)


class LiteLesson(Lesson):
    """A lesson whose kernel lives in its page."""

    def ask(self, expression):
        said = self.page.evaluate(ASK, expression)
        if said.startswith("error: "):
            raise ValueError(said)
        return ast.literal_eval(said)


def private_page(browser, address, **size):
    """A page, and the list of what it asks of other hosts than ``address``. Let the browser run ``ALONE``.

    Nothing is routed: a routed page would keep no answers, and its service worker would go by.
    """
    page, elsewhere = open_page(browser, **size), []

    def note(request):
        if not request.url.startswith((f"{address}/", "data:", "blob:")):
            elsewhere.append(request.url)

    page.context.on("request", note)
    return page, elsewhere
