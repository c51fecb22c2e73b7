"""One plain function for everything a person can send: `(services, asked) -> messages`, in HTML, ready to send."""
