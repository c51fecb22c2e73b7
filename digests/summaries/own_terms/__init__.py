"""A reader's own words for our terms, put in when a card is drawn."""
