"""Writes training/evaluation/smoke.jsonl: hand-written questions, never trained on as a list.

    python -m training.smoke
"""

import json
from pathlib import Path

from .punctuation import wide

MATH = [
    ("小明有12个苹果,又买了30个,现在一共有多少个苹果?", "42"), ("12*7?", "84"), ("What's 15% of 240", "36"), ("solve 3x+5=20", "5"), ("is 91 prime", "no"), ("(3+4)*5", "35"), ("计算 25 加 17", "42"),
    ("What is 2+2?", "4"), ("347 + 589", "936"), ("1000-387=?", "613"), ("how much is 23 times 45", "1035"), ("144/12", "12"), ("What is 12.5 + 7.25?", "19.75"), ("What is 7 x 8?", "56"), ("100 divided by 8", "12.5"),
    ("What is the remainder when 100 is divided by 7?", "2"), ("gcd of 48 and 36", "12"), ("lcm of 4 and 6", "12"), ("average of 4, 8 and 12", "8"), ("sum of the numbers from 1 to 100", "5050"), ("2x - 7 = 11, find x", "9"), ("Solve for y: 4y = 2y + 10", "5"),
    ("Tom has 5 apples and eats 2. How many are left?", "3"), ("A train goes 60 km per hour for 3 hours. How far does it go?", "180"), ("Anna has 3 times as many books as Ben. Ben has 14 books. How many books does Anna have?", "42"), ("There are 24 cookies for 6 children. How many does each child get?", "4"),
    ("I had 50 dollars and bought 3 shirts for 12 dollars each. How much money do I have left?", "14"), ("A rectangle is 8 cm long and 5 cm wide. What is its area?", "40"), ("5 factorial", "120"), ("What is 2^10?", "1024"), ("Two numbers add up to 20 and differ by 4. What is the larger number?", "12"),
    ("小红有8本书,送给小华3本,还剩几本?", "5"), ("一支铅笔2元,买15支要多少元?", "30"), ("解方程 2x+3=11", "4"), ("求12和18的最大公约数", "6"), ("100的25%是多少", "25"), ("1到10的和是多少?", "55"), ("35除以8余几?", "3"), ("3.5乘4等于多少", "14"), ("(15-7)*6等于几", "48"),
    ("一辆汽车每小时行驶60千米,4小时行驶多少千米?", "240"), ("爸爸今年40岁,小明今年12岁,爸爸比小明大多少岁?", "28"), ("把36个橘子平均分给9个人,每人几个?", "4"),
]
CODE = [
    ("Write a function that returns the sum of the even numbers in a list", [[[1, 2, 3, 4]], [[7, 8]]], [6, 8]), ("写一个函数,返回列表中所有偶数的和", [[[1, 2, 3, 4]], [[7, 8]]], [6, 8]), ("python function to reverse a string", [["abc"], ["x"]], ["cba", "x"]),
    ("Write a function is_palindrome(s) that checks if a string is a palindrome", [["level"], ["ab"]], [True, False]), ("Write a Python function that counts the vowels in a string", [["hello"], ["xyz"]], [2, 0]), ("factorial function in python", [[5], [0]], [120, 1]),
    ("Write a function to find the largest number in a list", [[[3, 9, 2]], [[-1, -5]]], [9, -1]), ("写一个Python函数判断一个数是不是质数", [[7], [9], [1]], [True, False, False]), ("Write a function that returns the squares of all numbers in a list.", [[[1, 2, 3]]], [[1, 4, 9]]), ("用Python写一个函数,反转字符串", [["abc"]], ["cba"]),
    ("Write a function that removes duplicates from a list", [[[1, 1, 2]], [[3, 2, 3]]], [[1, 2], [3, 2]]), ("Write a function that returns the nth Fibonacci number", [[10], [1]], [55, 1]),
]
OTHER = ["What is the capital of Italy?", "Write a poem about autumn", "今天天气怎么样?", "Who was Napoleon's wife?", "Prove that there are infinitely many twin primes.", "What medicine helps against back pain?", "用Java写一个排序程序", "integrate x^2 dx"]


def main():
    """Write the file."""
    path = Path(__file__).parent / "evaluation" / "smoke.jsonl"
    entries = [{"kind": "math", "prompt": prompt, "gold": gold} for prompt, gold in MATH]
    entries += [{"kind": "code", "prompt": prompt, "function": "", "tests": [{"arguments": a, "expected": e} for a, e in zip(arguments, expected)]} for prompt, arguments, expected in CODE]
    entries += [{"kind": "out_of_domain", "prompt": prompt} for prompt in OTHER]
    with open(path, "w", encoding="utf-8") as file:
        for number, entry in enumerate(entries):
            file.write(json.dumps({"id": f"smoke-{number}", "task": "smoke_" + entry["kind"], **entry, "prompt": wide(entry["prompt"])}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
