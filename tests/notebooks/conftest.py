"""Say at the end of the test run how long each lesson took."""


def pytest_terminal_summary(terminalreporter):
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ()))
    lines = {words for report in reports for name, words in report.user_properties if name == "lesson"}
    for line in sorted(lines):
        terminalreporter.write_line(line)
