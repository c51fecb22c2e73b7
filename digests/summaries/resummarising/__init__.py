"""Texts that are asked for again although there are some: readers keep the old one until there is a better one."""
