# The Littlest JupyterHub: copy this file to /opt/tljh/config/jupyterhub_config.d/, then sudo tljh-config reload hub.
# It has limits and a culler of its own: sudo tljh-config set limits.memory 1536M, services.cull.timeout 5400.
COURSE, PYTHON = "/srv/between_the_pixels/current", "/opt/tljh/user/bin/python"

c.Spawner.cmd = [PYTHON, "-P", "-m", "course_utils", "hub"]  # -P: no random.py of a home is imported
c.Spawner.environment = {"PYTHONPATH": COURSE, "PYTHONNOUSERSITE": "1"}
c.Spawner.start_timeout = c.Spawner.http_timeout = 180  # 30 s is too short for a whole class
