"""What each noun offers: the definitions of its commands, light to import.

What a command does stands in the module of the noun one folder up; its definition here says where.
"""
