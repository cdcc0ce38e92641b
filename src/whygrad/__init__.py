"""whygrad: why is my gradient what it is?"""
