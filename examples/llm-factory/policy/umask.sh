# Sourced by login shells: files are for their owner and the group.
umask 027
