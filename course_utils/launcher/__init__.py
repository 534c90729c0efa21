"""What `python -m course_utils` does before the environment stands: standard library only."""
