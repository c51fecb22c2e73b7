"""The sandbox's page: a chat window, a mailbox, and a console that moves the clock and lets arXiv announce."""
