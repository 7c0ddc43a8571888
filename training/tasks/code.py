"""Short Python functions: list pipelines (filter, map, aggregate) and a table of others.

Every function comes with tests; the body in the table is run when the data is
made, so a wrong entry cannot slip in.
"""

from ..registry import Problem, task

# {f} is " called NAME" or nothing; {d} says what the function returns.
RETURNING = [
    ("写一个函数{f},返回{d}。", "Write a function{f} that returns {d}."), ("写一个Python函数{f},返回{d}。", "Write a Python function{f} that returns {d}."), ("编写一个函数{f},返回{d}。", "Write a function{f} that returns {d}."), ("请写一个函数{f},它返回{d}。", "Please write a function{f} which returns {d}."), ("实现一个函数{f},返回{d}。", "Implement a function{f} that returns {d}."),
    ("用Python写一个函数{f},返回{d}。", "In Python, write a function{f} that returns {d}."), ("定义一个函数{f},返回{d}。", "Define a function{f} that returns {d}."), ("写一个函数{f},求{d}。", "Write a function{f} that finds {d}."), ("写一个函数{f},计算{d}。", "Write a function{f} that computes {d}."), ("请用Python编写函数{f},计算{d}。", "Please write in Python a function{f} that computes {d}."),
    ("帮我写一个函数{f},输出{d}。", "Help me write a function{f} that outputs {d}."), ("写一段Python代码,返回{d}。", "Write Python code that returns {d}."), ("我需要一个函数{f},返回{d}。", "I need a function{f} that returns {d}."), ("请实现函数{f},求{d}。", "Please implement a function{f} that finds {d}."), ("写个函数{f}返回{d}", "Write a function{f} to return {d}"),
    ("设计一个函数{f},返回值是{d}。", "Design a function{f} whose return value is {d}."), ("如何用Python求{d}?写一个函数{f}。", "How do you find {d} in Python? Write a function{f}."),
    "Write a [Python |]function{f} to [compute|find|get|return|calculate] {d}.", "[Create|Define|Implement|Make|Give me] a [Python |]function{f} that [returns|computes|finds|calculates|gives] {d}.", "[Python|Python function]: return {d}.", "Implement a function{f} to find {d}.", "Can you write a [Python |]function{f} that returns {d}?", "I want a [Python |]function{f} that returns {d}.",
    "write a python function{f} that returns {d}", "Write code for a function{f} which returns {d}.", "Write a function{f} returning {d}.", "Show me a Python function{f} that returns {d}.", "How would you write a function{f} that computes {d}?", "Code a function{f} that outputs {d}.", "Your task is to write a function{f} that returns {d}.", "Using Python, return {d} with a function{f}.",
    "Develop a Python function{f} for computing {d}.", "Please give a function{f} returning {d}.", "We need {d}. Write a function{f} for it.", "Complete the task: a function{f} that returns {d}.", "Build a Python function{f} that produces {d}.", "Provide a function{f} that gives back {d}.",
]

# (name, arguments, body lines, [(chinese, english) or english], test arguments)
FUNCTIONS: list = []


def function(name: str, arguments: str, body: str, descriptions: list, tests: list):
    """Add one function to the table."""
    FUNCTIONS.append((name, arguments, body.strip("\n"), descriptions, tests))


NUMBER_LISTS = [[[1, 2, 3, 4]], [[5, -2, 7, 0, 3]], [[10]], [[-4, -8, 6, 6, 15, 22]]]
WORDS = [["hello"], ["Level"], ["a"], ["Programming is fun"], ["racecar"]]
NUMBERS = [[1], [5], [12], [7], [30]]

function("reverse_string", "text", "    return text[::-1]", [("一个字符串反转后的结果", "a string reversed"), ("字符串的逆序", "the reverse of a string"), ("倒过来的字符串", "the string backwards"), ("把字符串反过来的结果", "the string in reverse order"), ("字符串颠倒后的样子", "the string turned around"), "the reversed version of a string", "the characters of a string in reverse order", "a given string reversed", "a reversed string"], WORDS)
function("count_vowels", "text", "    return sum(1 for c in text.lower() if c in 'aeiou')", [("一个字符串中元音字母的个数", "the number of vowels in a string"), ("字符串里有多少个元音", "how many vowels a string has"), ("字符串中元音的数量", "the number of vowels in a string"), ("一段文字里元音字母的数目", "the count of vowels in a text"), ("给定字符串的元音个数", "the number of vowels in a given string"), "the count of vowels in a string", "how many vowels are in a text", "the vowel count of a string"], WORDS)
function("is_palindrome", "text", "    return text == text[::-1]", [("一个字符串是不是回文", "whether a string is a palindrome"), ("字符串是否为回文", "whether a string is a palindrome"), ("给定的字符串是否是回文", "whether a given string is a palindrome"), ("字符串正着读和倒着读是否一样", "whether a string reads the same forwards and backwards"), ("一个单词是否是回文", "whether a word is a palindrome"), "True if a string is a palindrome", "if a string is a palindrome", "True when the string reads the same backwards and False otherwise", "whether the text is a palindrome"], [["level"], ["hello"], ["a"], ["abba"], ["ab"]])
function("count_words", "text", "    return len(text.split())", [("一个句子中单词的个数", "the number of words in a sentence"), ("字符串里有多少个单词", "how many words a string has"), ("一段文字的单词数", "the number of words in a text"), ("句子的单词数量", "the word count of a sentence"), "the number of words in a string", "how many words are in a sentence", "the word count of a text"], WORDS)
function("to_upper", "text", "    return text.upper()", [("字符串的大写形式", "a string in upper case"), ("把字符串变成大写的结果", "the string converted to upper case"), ("全部大写的字符串", "the string in all capital letters"), "the upper case version of a string", "a string in uppercase", "a text with all letters in upper case"], WORDS)
function("to_lower", "text", "    return text.lower()", [("字符串的小写形式", "a string in lower case"), ("把字符串变成小写的结果", "the string converted to lower case"), "the lower case version of a string", "a string in lowercase", "a text with all letters in lower case"], WORDS)
function("string_length", "text", "    return len(text)", [("字符串的长度", "the length of a string"), ("一个字符串有多少个字符", "how many characters a string has"), ("字符串中字符的个数", "the number of characters in a string"), "the length of a given string", "how many characters are in a text", "the character count of a string"], WORDS)
function("count_character", "text, character", "    return text.count(character)", [("某个字符在字符串中出现的次数", "how many times a character occurs in a string"), ("字符串中给定字符的个数", "the number of occurrences of a given character in a string"), ("一个字母在字符串里出现多少次", "how often a letter appears in a string"), "how many times a letter appears in a string", "the number of times a character occurs in a string", "the count of a given character in a text"], [["hello", "l"], ["banana", "a"], ["x", "y"]])
function("remove_spaces", "text", "    return text.replace(' ', '')", [("去掉空格后的字符串", "the string without spaces"), ("删除字符串中所有空格的结果", "a string with all spaces removed"), "a string with the spaces removed", "the text without any spaces", "a string after deleting all spaces"], WORDS)
function("remove_vowels", "text", "    return ''.join(c for c in text if c.lower() not in 'aeiou')", [("去掉元音后的字符串", "the string without vowels"), ("删除字符串中所有元音字母的结果", "a string with all vowels removed"), "a string with the vowels removed", "the text without any vowels", "a string after deleting every vowel"], WORDS)
function("longest_word", "text", "    return max(text.split(), key=len)", [("句子中最长的单词", "the longest word in a sentence"), ("字符串里最长的单词", "the longest word in a string"), ("一段文字中最长的词", "the longest word of a text"), "the longest word of a sentence", "the word with the most letters in a sentence", "the longest word in a given text"], [["I like programming"], ["one three five"], ["go"]])
function("first_word", "text", "    return text.split()[0]", [("句子的第一个单词", "the first word of a sentence"), ("字符串中的第一个单词", "the first word in a string"), "the first word in a sentence", "the first word of a text"], [["I like tea"], ["go"], ["one two"]])
function("last_character", "text", "    return text[-1]", [("字符串的最后一个字符", "the last character of a string"), ("一个单词的最后一个字母", "the last letter of a word"), "the final character of a string", "the last character in a text"], WORDS)
function("first_character", "text", "    return text[0]", [("字符串的第一个字符", "the first character of a string"), ("一个单词的第一个字母", "the first letter of a word"), "the initial character of a string", "the first character in a text"], WORDS)
function("reverse_words", "text", "    return ' '.join(text.split()[::-1])", [("把句子中单词顺序反过来的结果", "the sentence with the order of words reversed"), ("单词顺序颠倒后的句子", "a sentence with its words in reverse order"), "the words of a sentence in reverse order", "a sentence with the word order reversed", "a string with its words reversed"], [["I like tea"], ["go"], ["one two three"]])
function("capitalize_words", "text", "    return text.title()", [("每个单词首字母大写的字符串", "a string with the first letter of each word capitalized"), ("把每个单词首字母变成大写的结果", "the text with every word capitalized"), "a string with every word capitalized", "the sentence in title case"], [["hello world"], ["one two"], ["go"]])
function("count_digits", "text", "    return sum(1 for c in text if c.isdigit())", [("字符串中数字字符的个数", "the number of digits in a string"), ("一个字符串里有多少个数字", "how many digits a string has"), "the number of digit characters in a string", "how many digits are in a text"], [["a1b2"], ["2024"], ["none"]])
function("count_uppercase", "text", "    return sum(1 for c in text if c.isupper())", [("字符串中大写字母的个数", "the number of upper case letters in a string"), ("一个字符串里有多少个大写字母", "how many capital letters a string has"), "the number of capital letters in a string", "how many uppercase letters are in a text"], [["Hello World"], ["abc"], ["ABC"]])
function("repeat_string", "text, n", "    return text * n", [("把字符串重复n次的结果", "a string repeated n times"), ("重复n遍的字符串", "the string repeated n times"), "a text repeated n times", "the given string n times in a row"], [["ab", 3], ["x", 1], ["hi", 0]])
function("is_anagram", "first, second", "    return sorted(first) == sorted(second)", [("两个字符串是否互为变位词", "whether two strings are anagrams"), ("两个单词是不是字母异位词", "whether two words are anagrams of each other"), "whether two words are anagrams", "True if two strings are anagrams of each other", "if two given strings are anagrams"], [["listen", "silent"], ["abc", "abd"], ["a", "a"]])
function("unique_characters", "text", "    return len(set(text))", [("字符串中不同字符的个数", "the number of different characters in a string"), ("一个字符串有多少种不同的字符", "how many different characters a string has"), "the number of distinct characters in a string", "how many unique characters are in a text"], WORDS)
function("starts_with", "text, prefix", "    return text.startswith(prefix)", [("字符串是否以给定前缀开头", "whether a string starts with a given prefix"), "whether a text begins with a prefix", "True if a string starts with a given prefix"], [["hello", "he"], ["hello", "lo"], ["a", "ab"]])

function("factorial", "n", "    result = 1\n    for i in range(2, n + 1):\n        result *= i\n    return result", [("n的阶乘", "the factorial of n"), ("一个数的阶乘", "the factorial of a number"), ("正整数n的阶乘", "the factorial of a positive integer n"), ("给定数字的阶乘", "the factorial of a given number"), ("整数的阶乘值", "the factorial value of an integer"), "the factorial of an integer", "n factorial", "n!", "the product of the integers from 1 to n"], NUMBERS)
function("fibonacci", "n", "    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a", [("第n个斐波那契数", "the n-th Fibonacci number"), ("斐波那契数列的第n项", "the n-th term of the Fibonacci sequence"), ("斐波那契数列中第n个数", "the n-th number in the Fibonacci sequence"), "the nth Fibonacci number", "the n-th Fibonacci number", "the Fibonacci number with index n", "the nth number of the Fibonacci sequence"], [[0], [1], [2], [10]])
function("is_prime", "n", "    if n < 2:\n        return False\n    for i in range(2, int(n ** 0.5) + 1):\n        if n % i == 0:\n            return False\n    return True", [("一个数是不是质数", "whether a number is prime"), ("一个数是否为素数", "whether a number is prime"), ("给定的整数是否是质数", "whether a given integer is prime"), ("n是否是质数", "whether n is prime"), ("一个正整数是否为质数", "whether a positive integer is prime"), "True if a number is prime", "whether n is a prime number", "if a number is prime", "True if n is prime and False otherwise"], [[1], [2], [9], [17], [91]])
function("gcd", "a, b", "    while b:\n        a, b = b, a % b\n    return a", [("两个数的最大公约数", "the greatest common divisor of two numbers"), ("a和b的最大公约数", "the greatest common divisor of a and b"), ("两个整数的最大公因数", "the greatest common factor of two integers"), "the gcd of two numbers", "the greatest common divisor of two integers", "the GCD of a and b", "the largest number dividing both a and b"], [[12, 18], [7, 5], [100, 75]])
function("lcm", "a, b", "    x, y = a, b\n    while y:\n        x, y = y, x % y\n    return a * b // x", [("两个数的最小公倍数", "the least common multiple of two numbers"), ("a和b的最小公倍数", "the least common multiple of a and b"), "the lcm of two numbers", "the least common multiple of two integers", "the LCM of a and b"], [[4, 6], [7, 5], [10, 15]])
function("digit_sum", "n", "    return sum(int(d) for d in str(abs(n)))", [("一个整数各位数字之和", "the sum of the digits of an integer"), ("一个数的各位数字的和", "the sum of the digits of a number"), ("n的数字之和", "the digit sum of n"), ("给定整数每一位数字相加的结果", "the result of adding the digits of a given integer"), "the sum of the digits of n", "the digit sum of a number", "the sum of all digits in a number"], [[123], [0], [9999]])
function("reverse_number", "n", "    return int(str(n)[::-1])", [("把一个整数的数字反过来的结果", "an integer with its digits reversed"), ("数字颠倒后的整数", "the integer with reversed digits"), "a number with its digits reversed", "the digits of an integer in reverse order as a number"], [[123], [5], [908]])
function("number_of_digits", "n", "    return len(str(abs(n)))", [("一个整数的位数", "the number of digits of an integer"), ("一个数有几位", "how many digits a number has"), "the number of digits in a number", "how many digits an integer has"], [[123], [5], [9080]])
function("power", "a, b", "    return a ** b", [("a的b次方", "a to the power of b"), ("a的b次幂", "a raised to the power b"), "a raised to the power of b", "the b-th power of a"], [[2, 3], [5, 0], [3, 4]])
function("add", "a, b", "    return a + b", [("两个数的和", "the sum of two numbers"), ("a与b之和", "the sum of a and b"), ("两个参数相加的结果", "the result of adding two arguments"), "the sum of two given numbers", "two numbers added together", "the sum of a and b"], [[2, 3], [-5, 0], [10, 4]])
function("multiply", "a, b", "    return a * b", [("两个数的积", "the product of two numbers"), ("a与b的乘积", "the product of a and b"), "the product of two given numbers", "two numbers multiplied together"], [[2, 3], [-5, 0], [10, 4]])
function("is_even", "n", "    return n % 2 == 0", [("一个数是不是偶数", "whether a number is even"), ("n是否为偶数", "whether n is even"), ("给定整数是否是偶数", "whether a given integer is even"), "True if a number is even", "whether an integer is even", "if a number is even"], NUMBERS)
function("is_odd", "n", "    return n % 2 == 1", [("一个数是不是奇数", "whether a number is odd"), ("n是否为奇数", "whether n is odd"), "True if a number is odd", "whether an integer is odd", "if a number is odd"], NUMBERS)
function("is_leap_year", "year", "    return year % 4 == 0 and year % 100 != 0 or year % 400 == 0", [("某一年是不是闰年", "whether a year is a leap year"), ("给定年份是否为闰年", "whether a given year is a leap year"), "True if a year is a leap year", "whether the year is a leap year", "if a year is a leap year"], [[2000], [1900], [2024], [2023]])
function("max_of_three", "a, b, c", "    return max(a, b, c)", [("三个数中最大的数", "the largest of three numbers"), ("三个数里的最大值", "the maximum of three numbers"), "the biggest of three numbers", "the maximum of a, b and c"], [[1, 2, 3], [9, 4, 4], [-1, -5, -3]])
function("min_of_two", "a, b", "    return min(a, b)", [("两个数中较小的数", "the smaller of two numbers"), ("两个数里的最小值", "the minimum of two numbers"), "the smaller of a and b"], [[1, 2], [9, 4], [-1, -5]])
function("max_of_two", "a, b", "    return max(a, b)", [("两个数中较大的数", "the larger of two numbers"), ("两个数里的最大值", "the maximum of two numbers"), "the larger of a and b"], [[1, 2], [9, 4], [-1, -5]])
function("absolute", "n", "    return abs(n)", [("一个数的绝对值", "the absolute value of a number"), ("n的绝对值", "the absolute value of n"), "the absolute value of an integer"], [[3], [-7], [0]])
function("square", "n", "    return n * n", [("一个数的平方", "the square of a number"), ("n的平方", "the square of n"), "the square of a given number", "a number squared"], NUMBERS)
function("cube", "n", "    return n ** 3", [("一个数的立方", "the cube of a number"), ("n的立方", "the cube of n"), "the cube of a given number", "a number cubed"], NUMBERS)
function("sum_to_n", "n", "    return sum(range(1, n + 1))", [("从1到n的所有整数的和", "the sum of all integers from 1 to n"), ("1加到n的和", "the sum of the numbers from 1 to n"), ("1到n的整数之和", "the sum of the integers from 1 to n"), "the sum of the first n positive integers", "the sum of the numbers from 1 up to n", "1 + 2 + ... + n"], NUMBERS)
function("sum_of_squares", "n", "    return sum(i * i for i in range(1, n + 1))", [("从1到n的平方和", "the sum of the squares from 1 to n"), ("1到n所有整数平方的和", "the sum of the squares of all integers from 1 to n"), "the sum of the squares of the numbers from 1 to n", "the sum of the first n squares"], NUMBERS)
function("divisors", "n", "    return [i for i in range(1, n + 1) if n % i == 0]", [("一个正整数的所有因数", "all divisors of a positive integer"), ("n的所有约数的列表", "a list of all divisors of n"), "the list of divisors of n", "all factors of a number", "a list of all divisors of a number"], NUMBERS)
function("count_divisors", "n", "    return sum(1 for i in range(1, n + 1) if n % i == 0)", [("一个正整数的因数个数", "the number of divisors of a positive integer"), ("n有多少个约数", "how many divisors n has"), "the number of divisors of n", "how many factors a number has"], NUMBERS)
function("primes_up_to", "n", "    return [i for i in range(2, n + 1) if all(i % j for j in range(2, i))]", [("不超过n的所有质数", "all primes up to n"), ("n以内的所有素数的列表", "a list of all primes up to n"), "the list of primes up to n", "all prime numbers not greater than n"], NUMBERS)
function("celsius_to_fahrenheit", "c", "    return c * 9 / 5 + 32", [("摄氏温度对应的华氏温度", "the Fahrenheit temperature for a Celsius temperature"), ("把摄氏度转换成华氏度的结果", "a Celsius temperature converted to Fahrenheit"), "a temperature in Celsius converted to Fahrenheit", "degrees Celsius in Fahrenheit"], [[0], [100], [25]])
function("to_binary", "n", "    return bin(n)[2:]", [("一个整数的二进制字符串", "the binary string of an integer"), ("n的二进制表示", "the binary representation of n"), "the binary representation of a number", "an integer as a binary string"], NUMBERS)
function("fizzbuzz", "n", "    if n % 15 == 0:\n        return 'FizzBuzz'\n    if n % 3 == 0:\n        return 'Fizz'\n    if n % 5 == 0:\n        return 'Buzz'\n    return str(n)", [("数字n的FizzBuzz结果", "the FizzBuzz result for the number n"), "the FizzBuzz word for n", "the FizzBuzz string for a number"], NUMBERS)
function("rectangle_area", "width, height", "    return width * height", [("长方形的面积", "the area of a rectangle"), ("给定宽和高的矩形面积", "the area of a rectangle with given width and height"), "the area of a rectangle from its width and height"], [[2, 3], [5, 5], [1, 9]])

function("reverse_list", "items", "    return items[::-1]", [("反转后的列表", "a list reversed"), ("把列表倒过来的结果", "the list in reverse order"), ("列表的逆序", "the reverse of a list"), "a reversed list", "the items of a list in reverse order", "a list in reverse order"], NUMBER_LISTS)
function("sort_list", "items", "    return sorted(items)", [("从小到大排序后的列表", "the list sorted in ascending order"), ("升序排列的列表", "a list sorted in ascending order"), ("列表排序后的结果", "the list sorted"), "a sorted list", "the list sorted from smallest to largest", "a list of numbers in ascending order"], NUMBER_LISTS)
function("sort_descending", "items", "    return sorted(items, reverse=True)", [("从大到小排序后的列表", "the list sorted in descending order"), ("降序排列的列表", "a list sorted in descending order"), "the list sorted from largest to smallest", "a list of numbers in descending order"], NUMBER_LISTS)
function("remove_duplicates", "items", "    return list(dict.fromkeys(items))", [("去掉重复元素后的列表", "the list without duplicates"), ("删除列表中重复元素的结果", "a list with duplicates removed"), ("去重后的列表", "the list after removing duplicates"), "the list with duplicate items removed", "the unique elements of a list in order", "a list without repeated elements"], NUMBER_LISTS)
function("second_largest", "numbers", "    return sorted(set(numbers))[-2]", [("列表中第二大的数", "the second largest number in a list"), ("列表里第二大的元素", "the second largest element of a list"), "the second largest element in a list", "the second biggest number of a list"], [[[1, 2, 3, 4]], [[5, -2, 7, 0, 3]], [[6, 6, 1]]])
function("first_element", "items", "    return items[0]", [("列表的第一个元素", "the first element of a list"), ("列表中的第一个元素", "the first element in a list"), "the first item of a list", "the first item in a list"], NUMBER_LISTS)
function("last_element", "items", "    return items[-1]", [("列表的最后一个元素", "the last element of a list"), ("列表中的最后一个元素", "the last element in a list"), "the last item of a list", "the final item in a list"], NUMBER_LISTS)
function("count_items", "items", "    return len(items)", [("列表中元素的个数", "the number of elements in a list"), ("列表的长度", "the length of a list"), "how many items a list has", "the number of items in a list"], NUMBER_LISTS)
function("running_total", "numbers", "    result, total = [], 0\n    for n in numbers:\n        total += n\n        result.append(total)\n    return result", [("列表的前缀和", "the prefix sums of a list"), ("列表的累加和", "the running totals of a list"), "the cumulative sums of a list", "a list of running totals", "the list of prefix sums"], NUMBER_LISTS)
function("common_elements", "first, second", "    return [x for x in first if x in second]", [("两个列表的共同元素", "the common elements of two lists"), ("同时出现在两个列表中的元素", "the elements that occur in both lists"), "the elements common to two lists", "the items found in both lists"], [[[1, 2, 3], [2, 3, 4]], [[1], [2]], [[5, 6], [6, 5]]])
function("merge_lists", "first, second", "    return first + second", [("两个列表合并的结果", "two lists joined together"), ("把两个列表连接起来的列表", "a list joining two lists"), "two lists concatenated", "the concatenation of two lists"], [[[1, 2], [3]], [[], [2]], [[5], []]])
function("merge_sorted", "first, second", "    return sorted(first + second)", [("两个列表合并并排序的结果", "two lists merged and sorted"), ("把两个有序列表合并成的有序列表", "the sorted list merged from two sorted lists"), "two sorted lists merged into one sorted list", "the sorted merge of two lists"], [[[1, 4], [3]], [[], [2]], [[5, 6], [1]]])
function("flatten", "lists", "    return [x for part in lists for x in part]", [("把嵌套列表展开的结果", "a nested list flattened"), ("展平后的列表", "the flattened list"), "a flattened list", "a list of lists flattened into one list"], [[[[1, 2], [3]]], [[[], [4]]], [[[5]]]])
function("has_duplicates", "items", "    return len(set(items)) < len(items)", [("列表中是否有重复元素", "whether a list contains duplicates"), ("列表里有没有重复的元素", "whether a list has repeated elements"), "whether a list has duplicates", "True if a list contains duplicates", "if any element occurs twice in a list"], NUMBER_LISTS)
function("most_common", "items", "    return max(items, key=items.count)", [("列表中出现次数最多的元素", "the most common element of a list"), ("列表里最常见的元素", "the most frequent element in a list"), "the most frequent item in a list", "the element that occurs most often in a list"], [[[1, 2, 2, 3]], [[4, 4, 4, 1]], [[7]]])
function("index_of_max", "numbers", "    return numbers.index(max(numbers))", [("列表中最大值的下标", "the index of the largest number in a list"), ("列表最大元素的位置", "the position of the largest element of a list"), "the index of the maximum of a list", "the position of the largest number in a list"], NUMBER_LISTS)
function("is_sorted", "items", "    return items == sorted(items)", [("列表是否已经排好序", "whether a list is sorted"), ("列表是否是升序的", "whether a list is in ascending order"), "True if a list is sorted", "if a list is sorted in ascending order"], NUMBER_LISTS)
function("contains", "items, value", "    return value in items", [("列表中是否包含某个值", "whether a list contains a value"), ("某个元素是否在列表中", "whether an element is in a list"), "True if a value is in a list", "if a list contains a given value"], [[[1, 2], 2], [[1], 3], [[], 1]])
function("count_value", "items, value", "    return items.count(value)", [("某个值在列表中出现的次数", "how many times a value occurs in a list"), ("列表中给定元素的个数", "the number of occurrences of a given element in a list"), "the number of times a value appears in a list", "how often a value appears in a list"], [[[1, 2, 2], 2], [[1], 3], [[], 1]])
function("range_of_list", "numbers", "    return max(numbers) - min(numbers)", [("列表中最大值与最小值的差", "the difference between the largest and the smallest number of a list"), ("列表最大数减最小数的结果", "the largest minus the smallest number of a list"), "the difference between the maximum and minimum of a list", "the range of a list of numbers"], NUMBER_LISTS)
function("median", "numbers", "    ordered = sorted(numbers)\n    middle = len(ordered) // 2\n    if len(ordered) % 2:\n        return ordered[middle]\n    return (ordered[middle - 1] + ordered[middle]) / 2", [("列表的中位数", "the median of a list"), ("一组数的中位数", "the median of a set of numbers"), "the median of a list of numbers", "the median of numbers"], NUMBER_LISTS)
function("every_second", "items", "    return items[::2]", [("列表中每隔一个取一个的元素", "every second element of a list"), "every other element of a list", "the elements at even positions of a list"], NUMBER_LISTS)
function("word_lengths", "words", "    return [len(w) for w in words]", [("每个单词的长度的列表", "a list of the lengths of the words"), ("单词列表中每个单词的长度", "the length of each word in a list of words"), "the lengths of the words in a list", "a list with the length of every word"], [[["a", "bcd"]], [[]], [["hello", "go"]]])
function("join_words", "words", "    return ' '.join(words)", [("用空格把单词列表连接起来的字符串", "the words of a list joined with spaces"), "a list of words joined with spaces", "the string made by joining words with spaces"], [[["a", "bcd"]], [[]], [["hello", "go"]]])
function("longest_string", "words", "    return max(words, key=len)", [("列表中最长的字符串", "the longest string in a list"), ("单词列表中最长的单词", "the longest word in a list of words"), "the longest string of a list", "the longest word in a list"], [[["a", "bcd"]], [["x"]], [["hello", "go"]]])
function("letter_counts", "text", "    counts = {}\n    for c in text:\n        counts[c] = counts.get(c, 0) + 1\n    return counts", [("每个字符出现次数的字典", "a dictionary with the count of each character"), ("统计字符串中每个字符出现次数的字典", "a dictionary that counts each character in a string"), "a dictionary of character counts", "a dictionary with how often each letter occurs in a string"], WORDS)

# The pipeline: condition, transformation, aggregate. (key, chinese, english adjective, english clause, python)
FILTERS = [
    ("", "", "", "", ""),
    ("even", "偶数", "even numbers", "", "n % 2 == 0"), ("odd", "奇数", "odd numbers", "", "n % 2 != 0"), ("positive", "正数", "positive numbers", "", "n > 0"), ("negative", "负数", "negative numbers", "", "n < 0"),
    ("greater", "大于{k}的数", "numbers greater than {k}", "", "n > {k}"), ("less", "小于{k}的数", "numbers less than {k}", "", "n < {k}"), ("divisible", "能被{k}整除的数", "numbers divisible by {k}", "", "n % {k} == 0"), ("at_least", "不小于{k}的数", "numbers that are at least {k}", "", "n >= {k}"),
    ("multiple", "{k}的倍数", "multiples of {k}", "", "n % {k} == 0"), ("nonzero", "非零的数", "nonzero numbers", "", "n != 0"), ("two_digit", "两位数", "two-digit numbers", "", "10 <= n <= 99"),
]
MAPS = [
    ("", "", "", "n"), ("square", "平方", "squares", "n * n"), ("double", "两倍", "doubles", "n * 2"), ("cube", "立方", "cubes", "n ** 3"), ("absolute", "绝对值", "absolute values", "abs(n)"), ("plus", "加{j}的结果", "values plus {j}", "n + {j}"), ("times", "{j}倍", "values times {j}", "n * {j}"), ("negated", "相反数", "opposites", "-n"),
]
# (key, [(chinese, english)], python) where {x} is the described collection
AGGREGATES = [
    ("sum", [("{x}的和", "the sum of {x}"), ("{x}的总和", "the total of {x}"), ("{x}之和", "the sum of {x}"), "the sum of {x}", "{x} added up"], "sum({g})"),
    ("count", [("{x}的个数", "the number of {x}"), ("{x}有多少个", "how many {x} there are"), "the count of {x}", "how many {x} there are", "the number of {x}"], "count"),
    ("list", [("{x}的列表", "a list of {x}"), ("由{x}组成的列表", "a list made of {x}"), ("{x}", "{x}"), "the list of {x}", "a list with {x}", "a new list containing {x}", "only {x}"], "[{g}]"),
    ("max", [("{x}中的最大值", "the maximum of {x}"), ("{x}中最大的数", "the largest of {x}"), "the largest of {x}", "the maximum of {x}", "the biggest of {x}"], "max({g})"),
    ("min", [("{x}中的最小值", "the minimum of {x}"), ("{x}中最小的数", "the smallest of {x}"), "the smallest of {x}", "the minimum of {x}"], "min({g})"),
    ("average", [("{x}的平均值", "the average of {x}"), ("{x}的平均数", "the mean of {x}"), "the average of {x}", "the mean of {x}"], "average"),
    ("product", [("{x}的乘积", "the product of {x}"), ("{x}的积", "the product of {x}"), "the product of {x}"], "product"),
]
WHERE = [
    ("列表中{x}", "{x} in a list"), ("列表中所有{x}", "all the {x} in a list"), ("一个列表里{x}", "{x} in a list"), ("给定列表中的{x}", "{x} in a given list"), ("数字列表中{x}", "{x} in a list of numbers"), ("整数列表中所有的{x}", "all {x} in a list of integers"), ("列表里全部{x}", "all the {x} in the list"),
    "the {x} in a list", "{x} in a list", "all {x} in a list", "the {x} of a list", "all the {x} in a list of numbers", "{x} from a list", "the {x} in a given list of integers", "{x} in an array", "the {x} in the list numbers",
]
NAMES = "solve solution process compute run calc func f g my_function answer task helper transform result work do_it main_task handle get_value".split()


def run(code: str, name: str, arguments: list):
    """Execute a function on one argument list."""
    scope: dict = {}
    exec(code, scope)
    return scope[name](*arguments)


def pack(phrasing, random, description, name, plan, arguments, body, tests):
    """Question, plan, code and tests of one function."""
    given = random.random() < 0.35
    if given:
        name = random.choice([name, random.choice(NAMES), name + "_" + random.choice(["all", "of", "value", "result", "items"]), "get_" + name, "my_" + name])
    quoted = random.choice([name, name, f"`{name}`", f"{name}({arguments})", f"`{name}({arguments})`"])
    slot = (quoted, random.choice([" called ", " named "]) + quoted if phrasing.language == "en" else " called " + quoted) if given else ("", "")
    chinese, english = phrasing.ask(RETURNING, {"f": slot, "d": description})
    code = f"def {name}({arguments}):\n{body}"
    cases = []
    for test in tests:
        import copy

        cases.append({"arguments": test, "expected": run(code, name, copy.deepcopy(test))})
    return Problem(english=english, chinese=chinese, thinking=plan, answer=f"This function does it.\n\n```python\n{code}\n```", kind="code", tests=cases, function=name, masked=[quoted] if given and name in quoted else [])


@task("code_table", weight=2.4, languages={"en": 0.6, "zh": 0.15, "pair": 0.25})
def table(random, phrasing):
    """A function from the table."""
    name, arguments, body, descriptions, tests = random.choice(FUNCTIONS)
    description = phrasing.ask(descriptions, {})
    return pack(phrasing, random, description, name, name.replace("_", " ") + f" of {arguments}", arguments, body, tests)


@task("code_pipeline", weight=2.0, languages={"en": 0.6, "zh": 0.15, "pair": 0.25})
def pipeline(random, phrasing):
    """Filter, transform, aggregate a list of numbers."""
    condition = random.choice(FILTERS)
    change = random.choice(MAPS) if random.random() < 0.4 else MAPS[0]
    aggregate = random.choice(AGGREGATES)
    if aggregate[0] == "list" and not condition[0] and not change[0]:
        condition = FILTERS[random.randint(1, 5)]
    if aggregate[0] == "count":
        change = MAPS[0]
    k, j = random.randint(2, 20), random.randint(2, 9)
    if condition[0] in ("divisible", "multiple"):
        k = random.randint(2, 10)
    test = condition[4].format(k=k)
    value = change[3].format(j=j)
    chinese_items = condition[1].format(k=k) or "数"
    english_items = condition[2].format(k=k) or "numbers"
    place = phrasing.ask(WHERE, {"x": (chinese_items, english_items)})
    if change[0]:
        what = (f"{place[0]}的{change[1].format(j=j)}", f"the {change[2].format(j=j)} of {place[1]}")
    else:
        what = place
    description = phrasing.ask(aggregate[1], {"x": what})
    clause = f" if {test}" if test else ""
    generator = f"{value} for n in numbers{clause}"
    body = {
        "count": f"    return sum(1 for n in numbers{clause})" if test else "    return len(numbers)",
        "average": f"    values = [{generator}]\n    return sum(values) / len(values)",
        "product": f"    result = 1\n    for n in numbers:\n" + (f"        if {test}:\n            result *= {value}" if test else f"        result *= {value}") + "\n    return result",
        "list": f"    return [{generator}]",
    }.get(aggregate[0])
    if body is None:
        simple = not test and not change[0]
        body = f"    return {aggregate[0]}(numbers)" if simple else f"    return {aggregate[0]}({generator})"
    if aggregate[0] == "average" and not test and not change[0]:
        body = "    return sum(numbers) / len(numbers)"
    plan = f"keep {test or 'all'}, take {value}, {aggregate[0]}"
    base = [[3, 8, 12, -5, 21, 40, 60, 7, -10, 2, 0, 30], [k, k * 2, 1, -k, 18, 99, 210, -3, 56], [4, 5, 6, 15, 45, -8, -9, 72, 20, 420]]
    tests = [[numbers] for numbers in base]
    name = "_".join(part for part in (aggregate[0], change[0], condition[0]) if part)
    name += "_numbers" if name in ("sum", "max", "min", "count", "list") else ""
    return pack(phrasing, random, description, name, plan, "numbers", body, tests)
