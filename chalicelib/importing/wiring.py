"""What imports have; see subjects.py."""
