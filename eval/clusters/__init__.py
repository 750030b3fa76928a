"""Groups of seats that did alike, and of judges' summaries that say alike. Exploratory, always. Pure."""
