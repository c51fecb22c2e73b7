"""One plain function for everything a person can send: `(services, asked) -> Answer`, in HTML, ready to send."""
