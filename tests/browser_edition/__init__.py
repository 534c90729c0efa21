"""The course inside Pyodide, the Python of browsers, here under Node.js: nothing but Python itself is another."""
