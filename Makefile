.PHONY: demo test check

demo:
	sh scripts/demo

test:
	sh scripts/test

check:
	sh scripts/check
