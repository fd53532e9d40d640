//! Thin, independent HTTP layers for tower, glued crosswise.
