"""How the course reaches people: ``python -m course_utils site`` builds the book of pages and the browser edition.

record   a lesson is run in a kernel of its own, and kept until something that it rests on changes
inside   in that kernel: what each explorer shows without one
pages    a lesson that was run becomes a page
explorers, predictions   what lives on it
book     the pages, the index, the search, and what they share
table    what a built book weighs, how soon it answers, what lives in it
lab      the browser edition: JupyterLab and Python as files, built by JupyterLite
lab_table   what runs in it, how long a visitor waits
for_browser   what a lesson reads there: pictures, and what cells showed that cannot run
wheels   its packages, and the lock that names them
ahead    what a lesson begins with, compiled ahead
pyodide  the Python that runs in a browser: its files, each held to its hash
serve    a folder served on this computer
assets   what the pages share: book.js, reading.js, book.css; edition.js, in JupyterLite; imports.mjs, for ``ahead``
"""
