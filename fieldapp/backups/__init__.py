"""Which backups were reopened and found sound. They are made, checked and laid back in `office`."""
