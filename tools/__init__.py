"""What tests, benches and pictures share: a browser, and the live app to point it at."""
