//! Plywood sessions in one SQLite file.
