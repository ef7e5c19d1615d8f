"""What AWS needs beyond the package: YAML for what there is one of, Python for what repeats."""
