"""The stores that come with Polymock: `memory` for one process, `sqlite` for those of a machine."""
