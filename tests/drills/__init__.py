"""A bad day, each as a page of docs/ says to meet it, on a real service in a process of its own."""
