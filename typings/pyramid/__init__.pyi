# Types of those parts of Pyramid whose results the project returns. Modules that are not here stay untyped.
