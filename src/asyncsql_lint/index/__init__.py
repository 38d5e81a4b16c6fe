"""The whole project, read-only once built: modules, names, classes, models. It answers questions and holds no flow."""
