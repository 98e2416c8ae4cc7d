"""Times to progression of many virtual subjects at once: nothing is drawn that the times do not need.

A random number is a function of its address, so that leaving some out changes no other. A tile of
subjects goes through stages; each stage draws for a list of them, by vector instructions, and a scalar
loop then applies the rules that `disease` and `derive.recist` apply to whole histories.
"""
