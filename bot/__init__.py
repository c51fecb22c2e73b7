"""The Telegram shell: an update comes in, a use case of the rooms runs, sentences go out."""
