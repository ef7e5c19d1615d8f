"""What is installed, to the file: the locks, what they are made from, and how they are read."""
