"""What is asked: one small file a task."""
