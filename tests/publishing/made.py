"""A lesson for tests of its page, made without a kernel: as if its cells had been run."""

from nbformat import v4

from course_utils.explorers.stage.standalone import recorded
from course_utils.launcher.saving import VIEW
from publishing.record import Recorded


def made(*parts, most_states=80):
    """A Recorded lesson. A part is Markdown, or a pair (source, what the cell shows)."""
    notebook, widgets = v4.new_notebook(), {}
    for part in parts:
        if isinstance(part, str):
            notebook.cells.append(v4.new_markdown_cell(part))
            continue
        source, shown = part
        data = shown._repr_mimebundle_()
        data = dict(data[0] if isinstance(data, tuple) else data)
        if hasattr(shown, "stage"):
            widgets[data[VIEW]["model_id"]] = recorded(shown, 10**6, most_states)
        elif hasattr(shown, "ahead"):
            widgets[data[VIEW]["model_id"]] = shown.ahead()
        output = v4.new_output("execute_result", data, execution_count=1)
        notebook.cells.append(v4.new_code_cell(source, outputs=[output]))
    return Recorded(notebook, widgets)
