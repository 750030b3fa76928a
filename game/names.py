"""Names for players who bring none."""

NAMES = (
    "Ada", "Bram", "Cleo", "Dov", "Esme", "Finn", "Gus", "Hana", "Ivo", "June", "Kit", "Lena", "Milo", "Nia", "Otto",
    "Pia", "Quinn", "Rosa", "Sol", "Tess", "Uma", "Viggo", "Wren", "Xenia", "Yuri", "Zoe",
)  # fmt: skip
