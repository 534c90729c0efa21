"""What tests, benchmark and publishing share; no lesson needs it."""
