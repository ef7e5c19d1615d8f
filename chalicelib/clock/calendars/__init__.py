"""Calendar data: one file per jurisdiction, its years as the official notices publish them."""
