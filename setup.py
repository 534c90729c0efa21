"""Only what pyproject.toml cannot say: a wheel brings the recorded results along, as course_utils/data."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithResults(build_py):
    def run(self):
        super().run()
        if self.editable_mode:  # the repository is there
            return
        folder = Path(self.build_lib) / "course_utils" / "data"
        folder.mkdir(parents=True, exist_ok=True)
        for file in [*Path("data").glob("*.json"), Path("data/agreement.md")]:
            shutil.copy(file, folder / file.name)


setup(cmdclass={"build_py": WithResults})
