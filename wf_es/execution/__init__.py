"""The pure core: what a command means for an execution, and nothing else."""
