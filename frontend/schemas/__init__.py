"""The shapes of everything that passes between server and page: operations, frames, the HTTP API.

The page's TypeScript types are made from these. What comes in is refused when it has a field too many.
"""
