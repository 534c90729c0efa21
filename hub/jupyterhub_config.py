# Add these lines to the configuration of a JupyterHub whose learners are users of the system.
# PYTHON is the environment that the servers run in; it holds jupyterhub and the packages of pyproject.toml.
COURSE, PYTHON = "/srv/between_the_pixels/current", "/srv/between_the_pixels/env/bin/python"

c.Spawner.cmd = [PYTHON, "-P", "-m", "course_utils", "hub"]  # -P: no random.py of a home is imported
c.Spawner.environment = {"PYTHONPATH": COURSE, "PYTHONNOUSERSITE": "1"}
c.Spawner.start_timeout = c.Spawner.http_timeout = 180  # 30 s is too short for a whole class

# Ends servers that nobody has used for 90 minutes: pip install jupyterhub-idle-culler. An open tab counts as use.
CULLER = ["python3", "-m", "jupyterhub_idle_culler", "--timeout=5400"]
SCOPES = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
c.JupyterHub.services.append({"name": "cull", "command": CULLER})
c.JupyterHub.load_roles.append({"name": "cull", "scopes": SCOPES, "services": ["cull"]})
