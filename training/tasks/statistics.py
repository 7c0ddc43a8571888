"""Percentages, averages, arithmetic series, powers and small counting."""

import math
from fractions import Fraction

from ..columns import Work, boxed, parse, show
from ..lexicon import names, thing
from ..registry import Problem, task

PERCENT = [
    ("{n}的{p}%是多少?", "What is {p}% of {n}?"), ("求{n}的{p}%。", "Find {p}% of {n}."), ("计算{n}的{p}%。", "Compute {p}% of {n}."), ("{p}%的{n}等于多少?", "What does {p}% of {n} equal?"), ("{n}的百分之{p}是多少?", "What is {p} percent of {n}?"),
    ("一个班有{n}人,其中{p}%是女生,女生有多少人?", "A class has {n} people, of whom {p}% are girls. How many girls are there?"), ("一本书有{n}页,已经看了{p}%,看了多少页?", "A book has {n} pages and {p}% of it has been read. How many pages have been read?"), ("{a}有{n}{u}{t},其中{p}%是红色的,红色的有多少{u}?", "{a} has {n} {t}, {p}% of which are red. How many are red?"), ("{a}有{n}元,花了其中的{p}%,花了多少元?", "{a} has {n} yuan and spent {p}% of it. How many yuan were spent?"), ("工厂生产{n}个零件,其中{p}%不合格,不合格的有多少个?", "A factory makes {n} parts, of which {p}% are defective. How many are defective?"),
    "What's {p}% of {n}", "Calculate {p} percent of {n}.", "How much is {p}% of {n}?", "{p}% of {n} is what number?", "{p}% of {n}", "Find {p} percent of {n}.", "What number is {p}% of {n}?", "Compute {p}\\% of {n}.", "Work out {p}% of {n}.", "Of {n} students, {p}% walk to school. How many students walk to school?", "Determine {p}% of {n}.",
    "A tax of {p}% is put on {n} dollars. How much is the tax?", "{a} has {n} {t} and gives away {p}% of them. How many does {a} give away?",
    ("如果一个数是{n}，那么它的{p}%是多少？", "If a number is {n}, what is {p}% of it?"), ("取{n}的{p}%，得到多少？", "Take {p}% of {n}. How much do you get?"), ("学校有学生{n}人，{p}%骑自行车上学，骑自行车上学的有多少人？", "A school has {n} students and {p}% of them come by bicycle. How many students come by bicycle?"),
    ("{n}人参加考试，{p}%的人及格，及格的有多少人？", "{n} people took a test and {p}% of them passed. How many people passed?"), ("果园摘了{n}个苹果，卖出{p}%，卖出了多少个？", "An orchard picked {n} apples and sold {p}% of them. How many apples were sold?"),
    ("{a}的工资是{n}元，把{p}%存起来，存了多少元？", "{a} has a wage of {n} yuan and saves {p}% of it. How many yuan are saved?"), ("一条路长{n}米，已经修了{p}%，修了多少米？", "A road is {n} metres long and {p}% of it has been built. How many metres have been built?"),
    ("盐水重{n}克，其中{p}%是盐，盐有多少克？", "Salt water weighs {n} grams and {p}% of it is salt. How many grams of salt are in it?"), ("一件商品卖了{n}元，其中{p}%是利润，利润是多少元？", "An item was sold for {n} yuan, and {p}% of this is profit. How many yuan is the profit?"),
    ("电影院有{n}个座位，卖出了{p}%的座位，卖出了多少个？", "A cinema has {n} seats and {p}% of them have been sold. How many seats have been sold?"), ("请算出{n}的{p}%。", "Please work out {p}% of {n}."), ("哪个数是{n}的{p}%？", "Which number is {p}% of {n}?"), ("{n}乘{p}%等于多少？", "What is {n} times {p}%?"),
    ("若全长{n}千米，已走全程的{p}%，已走多少千米？", "If the whole way is {n} kilometres and {p}% of it has been walked, how many kilometres have been walked?"), "{p} percent of {n} equals what?", "If {n} is the whole, how much is {p}%?", "Take {p}% of {n}.",
    "Out of {n} people, {p}% came. How many people came?", "A farm has {n} acres and {p}% of it is wheat. How many acres of wheat are there?", "How much do you get when you take {p}% of {n}?", "{a} earns {n} dollars and saves {p}% of it. How many dollars are saved?",
    "A bottle holds {n} millilitres and is {p}% full. How many millilitres are in it?", "{n} dollars, {p}% of it is for food. How many dollars are for food?",
]
DISCOUNT = [
    ("{t}原价{n}元,降价{p}%后是多少元?", "The original price of the {t} is {n} yuan. What is the price in yuan after a reduction of {p}%?"), ("一件衣服{n}元,打折便宜{p}%,现价多少元?", "A piece of clothing costs {n} yuan and is discounted by {p}%. How many yuan does it cost now?"), ("{n}减少{p}%是多少?", "What is {n} decreased by {p}%?"), ("把{n}减少{p}%,结果是多少?", "Decrease {n} by {p}%. What is the result?"), ("商品价格{n}元,优惠{p}%,要付多少元?", "The price of an item is {n} yuan with {p}% off. How many yuan must be paid?"),
    "A {n} dollar coat is {p}% off. What is the new price?", "What is {n} decreased by {p}%?", "Decrease {n} by {p}%.", "{n} is reduced by {p} percent. What is the result?", "The price of {n} dollars falls by {p}%. What is the price now?", "An item costs {n} dollars. With a discount of {p}%, how much do you pay?",
    ("{n}元的商品便宜{p}%出售，售价是多少元？", "An item of {n} yuan is sold {p}% cheaper. How many yuan is the selling price?"), ("如果{n}减少它的{p}%，还剩多少？", "If {n} is reduced by {p}% of itself, how much is left?"), ("比{n}少{p}%的数是多少？", "What number is {p}% less than {n}?"),
    ("一条绳子长{n}米，剪去{p}%，还剩多少米？", "A rope is {n} metres long and {p}% of it is cut off. How many metres are left?"), ("水箱里有{n}升水，用去{p}%，还剩多少升？", "A tank has {n} litres of water and {p}% of it is used. How many litres are left?"),
    ("一本书有{n}页，看了{p}%，还有多少页没看？", "A book has {n} pages and {p}% of it has been read. How many pages have not been read?"), ("去年有{n}人，今年减少了{p}%，今年有多少人？", "There were {n} people last year and {p}% fewer this year. How many people are there this year?"), "Take {p}% off {n}. What is left?",
    "{n} minus {p}% of it is how much?", "After a loss of {p}%, what is left of {n} dollars?", "A shop lowers a price of {n} dollars by {p}%. How much does the buyer pay?", "Of {n} dollars, {p}% is spent. How many dollars remain?",
]
INCREASE = [
    ("{n}增加{p}%是多少?", "What is {n} increased by {p}%?"), ("把{n}增加{p}%,结果是多少?", "Increase {n} by {p}%. What is the result?"), ("工资{n}元,涨了{p}%,现在是多少元?", "A wage of {n} yuan rose by {p}%. How many yuan is it now?"), ("去年生产{n}台,今年比去年增产{p}%,今年生产多少台?", "{n} machines were made last year, and {p}% more this year than last year. How many are made this year?"), ("价格{n}元,上涨{p}%后是多少元?", "The price is {n} yuan. How many yuan is it after a rise of {p}%?"),
    "What is {n} increased by {p}%?", "Increase {n} by {p}%.", "{n} grows by {p} percent. What is the new value?", "The price of {n} dollars rises by {p}%. What is the price now?", "A town of {n} people grows by {p}%. How many people live there now?", "A bill of {n} dollars gets a tip of {p}%. What is the total?",
    ("比{n}多{p}%的数是多少？", "What number is {p}% more than {n}?"), ("如果{n}增长{p}%，会变成多少？", "If {n} grows by {p}%, what does it become?"), ("学校去年有{n}人，今年人数增加了{p}%，今年有多少人？", "A school had {n} people last year and the number rose by {p}% this year. How many people are there this year?"),
    ("存入{n}元，一年的利息是{p}%，一年后一共有多少元？", "{n} yuan is saved at an interest of {p}% a year. How many yuan are there in total after one year?"), ("一件商品进价{n}元，加价{p}%卖出，卖价是多少元？", "An item is bought for {n} yuan and sold for {p}% more. How many yuan is the selling price?"),
    ("房租{n}元，提高{p}%以后要付多少元？", "The rent is {n} yuan. How many yuan must be paid after it goes up by {p}%?"), ("在{n}上再加它的{p}%，得多少？", "Add {p}% of {n} to the number itself. How much do you get?"), "Raise {n} by {p}%.", "{n} plus {p}% of it is how much?", "With {p}% added, what does {n} become?",
    "A wage of {n} dollars goes up by {p}%. What is the new wage?", "After a gain of {p}%, how much are {n} dollars worth?",
]
SHARE = [
    ("{m}是{n}的百分之几?", "What percent of {n} is {m}?"), ("{n}的百分之多少是{m}?", "{m} is what percent of {n}?"), ("{n}人中有{m}人及格,及格率是百分之多少?", "{m} of {n} people passed. What percent passed?"), ("{m}占{n}的百分之几?", "What percentage of {n} is {m}?"), ("求{m}占{n}的百分比。", "Find what percent {m} is of {n}."),
    "What percent of {n} is {m}?", "{m} is what percent of {n}?", "What percentage of {n} is {m}?", "Express {m} as a percentage of {n}.", "{a} answered {m} of {n} questions correctly. What percent is that?", "{m} out of {n} is what percent?",
    ("把{m}写成{n}的百分数，是百分之几？", "Write {m} as a percent of {n}. What percent is it?"), ("一共{n}道题，做对{m}道，正确率是百分之几？", "Out of {n} questions, {m} were answered correctly. What percent is correct?"),
    ("如果全部是{n}，其中一部分是{m}，这部分占百分之几？", "If the whole is {n} and a part of it is {m}, what percent is this part?"), ("{n}个座位坐了{m}个，坐了百分之几？", "Of {n} seats, {m} are taken. What percent is taken?"), ("{a}有{n}元，用了{m}元，用了百分之几？", "{a} had {n} yuan and used {m} yuan. What percent was used?"),
    ("{n}个球中有{m}个红球，红球占百分之几？", "Among {n} balls, {m} are red. What percent of the balls are red?"), ("一条路长{n}千米，已修{m}千米，修了百分之几？", "A road is {n} kilometres long and {m} kilometres have been built. What percent has been built?"), "What part of {n} is {m}, in percent?",
    "If {n} is one hundred percent, what percent is {m}?", "{m} is a part of {n}. What percent is it?", "{a} saved {m} of {n} dollars. What percentage is this?", "Give {m} out of {n} as a percentage.",
]
AVERAGE = [
    ("求{l}的平均数。", "Find the average of {l}."), ("{l}的平均数是多少?", "What is the average of {l}?"), ("计算{l}的平均值。", "Compute the mean of {l}."), ("{l}这{n}个数的平均数是几?", "What is the average of the {n} numbers {l}?"), ("{a}{n}次考试的成绩是{l},平均成绩是多少?", "The scores of {a} in {n} tests are {l}. What is the average score?"),
    ("{a}{n}天分别看了{l}页书,平均每天看多少页?", "In {n} days {a} read {l} pages. How many pages were read per day on average?"), ("{n}个小组的人数是{l},平均每组多少人?", "The sizes of {n} groups are {l}. How many people does a group have on average?"), ("数据{l}的平均数为多少?", "What is the average of the data {l}?"), ("一组数是{l},求平均数。", "A set of numbers is {l}. Find the average."),
    "What is the [average|mean] of {l}?", "[Find|Compute|Calculate|Determine] the [average|mean] of {l}.", "The scores are {l}. What is the average score?", "average of {l}", "Find the average of these numbers: {l}.", "The numbers {l} have what mean?", "What is the arithmetic mean of {l}?", "{a} scored {l} in {n} games. What is the average?", "Give the mean of {l}.", "On {n} days the temperatures were {l}. What was the mean temperature?",
    ("求下列各数的平均数：{l}", "Find the average of the following numbers: {l}"), ("如果有{n}个数{l}，它们的平均数是多少？", "If there are {n} numbers {l}, what is their average?"), ("{l}平均是多少？", "How much is the average of {l}?"),
    ("{a}{n}天存的钱分别是{l}元，平均每天存多少元？", "In {n} days {a} saved {l} yuan. How many yuan were saved per day on average?"), ("{n}个人的年龄是{l}，平均年龄是多少？", "The ages of {n} people are {l}. What is the average age?"),
    ("{n}箱苹果分别重{l}千克，平均每箱重多少千克？", "{n} boxes of apples weigh {l} kilograms. How many kilograms does a box weigh on average?"), ("{a}{n}次跳绳的个数是{l}，平均每次跳多少个？", "{a} skipped rope {n} times and made {l} jumps. How many jumps were made each time on average?"),
    ("请计算这几个数的平均值：{l}", "Please compute the mean of these numbers: {l}"), ("这{n}个数是{l}，平均值等于多少？", "The {n} numbers are {l}. What does their mean equal?"), ("商店{n}天分别卖出{l}本书，平均每天卖出多少本？", "In {n} days a shop sold {l} books. How many books were sold per day on average?"),
    ("一个球队{n}场比赛的得分是{l}，平均每场得多少分？", "A team scored {l} points in {n} games. How many points is that per game on average?"), ("{l}的算术平均数是几？", "What is the arithmetic mean of {l}?"), ("已知{l}，算出平均值。", "Given {l}, work out the mean."), "mean of {l}", "What do {l} average?",
    "Take the numbers {l} and find their mean.", "If the values are {l}, what is the mean value?", "{a} walked {l} kilometres on {n} days. How many kilometres is that per day on average?", "{l}: what is the average?", "The average of {l} is what?", "Work out the [average|mean] of {l}.",
]
SERIES = [
    ("求从{a}到{b}的所有整数的和。", "Find the sum of all integers from {a} to {b}."), ("{a}加到{b}等于多少?", "What is the sum from {a} to {b}?"), ("从{a}加到{b}的和是多少?", "What is the sum of the numbers from {a} to {b}?"), ("计算{a}+{a1}+…+{b}。", "Compute {a}+{a1}+…+{b}."), ("{a}到{b}之间所有整数之和是多少?", "What is the sum of all the integers between {a} and {b}?"),
    "What is the sum of the [integers|numbers|whole numbers] from {a} to {b}?", "[Find|Compute|Calculate] the sum of all [integers|numbers] from {a} to {b}.", "Add up all numbers from {a} to {b}.", "{a} + {a1} + ... + {b} = ?", "Sum the integers from {a} to {b}.", "What do you get when you add all the numbers from {a} through {b}?", "Evaluate {a} + {a1} + \\dots + {b}.",
    ("把{a}到{b}的整数全部加起来，得多少？", "Add up all the integers from {a} to {b}. How much do you get?"), ("从{a}开始，连续的整数一直加到{b}，总和是多少？", "Starting from {a}, the integers are added one after another up to {b}. What is the total?"),
    ("如果把{a}至{b}的每个整数都加上，和是多少？", "If every integer from {a} to {b} is added, what is the sum?"), ("一堆木头，最上层{a}根，每层比上一层多一根，最下层{b}根，一共有多少根？", "In a pile of sticks the top row has {a}, each row has one more than the row above, and the bottom row has {b}. How many sticks are there in total?"),
    ("{a}+{a1}+…+{b}的和是几？", "How much is the sum {a}+{a1}+…+{b}?"), ("第一天看{a}页书，以后每天多看一页，最后一天看{b}页，一共看了多少页？", "{a} pages are read on the first day, each day one page more than the day before, and {b} pages on the last day. How many pages are read in total?"),
    ("卡片上写着从{a}到{b}的所有整数，这些数的总和是多少？", "Cards show all the integers from {a} to {b}. What is the total of these numbers?"), "{a} up to {b}, all integers added: what is the sum?", "What is the total of all whole numbers from {a} up to {b}?",
    "If all integers from {a} to {b} are added, what is the result?", "Start with {a} and add every following whole number up to {b}. What is the total?", "The integers from {a} to {b} have what sum?",
]
TERM = [
    ("等差数列首项是{a},公差是{d},第{n}项是多少?", "An arithmetic sequence has first term {a} and common difference {d}. What is term number {n}?"), ("一个等差数列的第一项为{a},公差为{d},求第{n}项。", "The first term of an arithmetic sequence is {a} and the common difference is {d}. Find term number {n}."), ("等差数列{s},…的第{n}项是多少?", "What is term number {n} of the arithmetic sequence {s}, …?"), ("数列{s},…是等差数列,求它的第{n}项。", "The sequence {s}, … is arithmetic. Find its term number {n}."), ("首项{a}、公差{d}的等差数列,第{n}项等于几?", "For the arithmetic sequence with first term {a} and common difference {d}, what is term number {n}?"),
    "What is the {n}th term of the arithmetic sequence {s}, ...?", "Find the {n}th term of the sequence {s}, ...", "An arithmetic sequence starts with {a} and has common difference {d}. Find the {n}th term.", "The first term is {a} and the common difference is {d}. What is the {n}th term?", "In the arithmetic sequence {s}, ..., what is term {n}?", "Determine term number {n} of {s}, ...",
    ("一列数从{a}开始，每次增加{d}，第{n}个数是多少？", "A list of numbers starts with {a} and goes up by {d} each time. What is number {n} in the list?"),
    ("剧场第一排有{a}个座位，以后每排比前一排多{d}个，第{n}排有多少个座位？", "The first row of a theatre has {a} seats and each later row has {d} more than the row before. How many seats does row {n} have?"),
    ("第一天存{a}元，以后每天比前一天多存{d}元，第{n}天存多少元？", "{a} yuan is saved on the first day and each later day {d} yuan more than the day before. How many yuan are saved on day {n}?"), ("按规律排列的数{s}，…中，第{n}个数是几？", "The numbers {s}, … follow a rule. What is number {n}?"),
    ("数列{s}，…每次增加的数相同，第{n}项是多少？", "The sequence {s}, … goes up by the same amount each time. What is term number {n}?"), ("如果等差数列的首项为{a}，公差为{d}，那么第{n}项是几？", "If an arithmetic sequence has first term {a} and common difference {d}, what is its term number {n}?"),
    ("求等差数列{s}，…的第{n}个数。", "For the arithmetic sequence {s}, … find number {n}."), "The list {s}, ... goes on in equal steps. Which number is in place {n}?", "Write {a}, then keep adding {d}. What is the {n}th number written?",
    "Someone saves {a} dollars in the first week and each later week {d} dollars more than the week before. How many dollars are saved in week {n}?", "Which number is in place {n} of the arithmetic sequence {s}, ...?",
]
SERIES_SUM = [
    ("等差数列首项是{a},公差是{d},求前{n}项的和。", "An arithmetic sequence has first term {a} and common difference {d}. Find the sum of the first {n} terms."), ("等差数列{s},…的前{n}项和是多少?", "What is the sum of the first {n} terms of the arithmetic sequence {s}, …?"), ("一个等差数列第一项是{a},公差是{d},前{n}项之和是多少?", "The first term of an arithmetic sequence is {a} and the common difference is {d}. What is the sum of the first {n} terms?"), ("求数列{s},…前{n}项的和,它是等差数列。", "Find the sum of the first {n} terms of {s}, …, which is an arithmetic sequence."), ("首项为{a}、公差为{d}的等差数列,前{n}项和等于多少?", "For the arithmetic sequence with first term {a} and common difference {d}, what is the sum of the first {n} terms?"),
    "Find the sum of the first {n} terms of the arithmetic sequence {s}, ...", "What is the sum of the first {n} terms of {s}, ...?", "An arithmetic series has first term {a} and common difference {d}. What is the sum of its first {n} terms?", "Add the first {n} terms of the arithmetic sequence {s}, ...", "Compute the sum of {n} terms of the arithmetic series that starts with {a} and has difference {d}.",
    ("一列数从{a}开始，每次增加{d}，前{n}个数的和是多少？", "A list of numbers starts with {a} and goes up by {d} each time. What is the sum of the first {n} numbers?"),
    ("剧场第一排有{a}个座位，以后每排比前一排多{d}个，{n}排一共有多少个座位？", "The first row of a theatre has {a} seats and each later row has {d} more than the row before. How many seats do {n} rows have in total?"),
    ("第一天跑{a}千米，以后每天比前一天多跑{d}千米，{n}天一共跑多少千米？", "{a} kilometres are run on the first day and each later day {d} kilometres more than the day before. How many kilometres are run in {n} days in total?"),
    ("如果等差数列的首项为{a}，公差为{d}，那么前{n}项加起来是多少？", "If an arithmetic sequence has first term {a} and common difference {d}, how much do the first {n} terms add up to?"), ("把等差数列{s}，…的前{n}项相加，得多少？", "What do you get when you add the first {n} terms of the arithmetic sequence {s}, …?"),
    ("数列{s}，…每次增加的数相同，前{n}个数的总和是多少？", "The sequence {s}, … goes up by the same amount each time. What is the total of the first {n} numbers?"), "The first {n} terms of the arithmetic sequence {s}, ... have what sum?",
    "{a} dollars are saved in the first week and each later week {d} dollars more than the week before. How many dollars are saved in {n} weeks?", "Write {a}, then keep adding {d}. What do the first {n} numbers add up to?",
    "The list {s}, ... goes on in equal steps. What is the total of the first {n} numbers?",
]
POWER = [
    ("{a}的{n}次方是多少?", "What is {a} to the power of {n}?"), ("计算{a}的{n}次方。", "Compute {a} to the power of {n}."), ("求{a}的{n}次幂。", "Find {a} to the power {n}."), ("{a}^{n}等于多少?", "What is {a}^{n}?"), ("计算{a}^{n}。", "Compute {a}^{n}."),
    "What is {a} to the power [of |]{n}?", "[Compute|Calculate|Evaluate|Find] {a}^{n}.", "{a}^{n}", "What is ${a}^{n}$?", "{a}**{n}", "{a} raised to the power {n} is what?", "Find the value of {a}^{n}.", "{a}^{n} = ?",
    ("{n}个{a}相乘，积是多少？", "{n} copies of {a} are multiplied together. What is the product?"), ("底数是{a}，指数是{n}，幂是多少？", "The base is {a} and the exponent is {n}. What is the power?"),
    ("如果有{n}个数，每个都是{a}，全部相乘得多少？", "If there are {n} numbers and each of them is {a}, what do you get when all are multiplied?"), ("{a}的{n}次幂等于多少？", "What does {a} to the power {n} equal?"), ("求{a}^{n}的值。", "Find the value of {a}^{n}."),
    ("幂{a}^{n}的结果是几？", "What is the result of the power {a}^{n}?"), ("请算出{a}的{n}次方。", "Please work out {a} to the power of {n}."), ("一个数等于{a}的{n}次方，这个数是多少？", "A number equals {a} to the power of {n}. What is the number?"),
    ("一种细菌每小时变成原来的{a}倍，一个细菌{n}小时后有多少个？", "The number of germs becomes {a} times as large every hour. How many germs are there {n} hours after there was one germ?"), "Raise {a} to the power {n}.", "Multiply {n} copies of {a} together.", "How much is {a} to the power of {n}?",
    "If the base is {a} and the exponent is {n}, what is the result?", "{a} to the power {n}", "What does {a}^{n} come to?",
]
SQUARE = [
    ("{a}的平方是多少?", "What is the square of {a}?"), ("求{a}的平方。", "Find the square of {a}."), ("计算{a}的平方。", "Compute the square of {a}."), ("{a}的平方等于几?", "How much is the square of {a}?"), ("正方形的边长是{a},面积是多少?", "A square has side length {a}. What is its area?"),
    "What is {a} squared?", "Square {a}.", "Find the square of {a}.", "What is the area of a square with side {a}?", "{a} squared", "Compute {a} squared.",
    ("{a}乘它自己是多少？", "What is {a} times itself?"), ("一块正方形的地，边长{a}米，面积是多少平方米？", "A square field has sides of {a} metres. What is its area in square metres?"), ("如果一个数是{a}，它的平方是多少？", "If a number is {a}, what is its square?"), ("把{a}与自身相乘，得多少？", "Multiply {a} by itself. What do you get?"),
    ("每排{a}人，排数和每排人数一样多，一共有多少人？", "There are {a} people in each row and as many rows as people in a row. How many people are there in total?"), ("哪个数的算术平方根是{a}？", "Which number has the square root {a}?"), ("请写出{a}的平方。", "Please write the square of {a}."), "Multiply {a} by itself.",
    "What is the second power of {a}?", "How many small squares are in a square grid with {a} rows?", "If a square has side {a}, what is its area?", "the square of {a}",
]
FACTORIAL = [
    ("{a}的阶乘是多少?", "What is the factorial of {a}?"), ("计算{a}!。", "Compute {a}!."), ("{a}个不同的字母有多少种排列?", "How many arrangements do {a} different letters have?"), ("{a}个人站成一排,有多少种站法?", "{a} people stand in a row. In how many ways can they stand?"), ("求{a}的阶乘。", "Find the factorial of {a}."),
    "What is {a}!?", "Compute {a} factorial.", "In how many ways can {a} people stand in a line?", "How many ways are there to arrange {a} different books on a shelf?", "What is {a} factorial?", "How many permutations do {a} distinct letters have?",
    ("{a}!等于多少？", "What does {a}! equal?"), ("求{a}!的值。", "Find the value of {a}!."), ("从一乘到{a}，积是多少？", "What is the product of all whole numbers from one to {a}?"), ("{a}本不同的书摆成一排，有多少种摆法？", "{a} different books are put in a row. In how many ways can this be done?"),
    ("如果{a}个小朋友排队，有多少种不同的排法？", "If {a} children stand in line, in how many different ways can they do it?"), ("{a}张不同的卡片排成一行，一共有几种排法？", "{a} different cards are put in a line. How many arrangements are there in total?"),
    ("{a}个人赛跑，没有并列，名次有多少种可能？", "{a} people run a race and no two finish together. How many orders are possible?"), "Multiply all whole numbers from one up to {a}.", "Work out {a}!.", "{a} songs are played once each. How many orders are possible?",
    "How many different orders are there for {a} people in a line?",
]
PAIRS = [
    ("{a}个人每两人握一次手,一共握手多少次?", "{a} people shake hands, every two once. How many handshakes are there?"), ("从{a}个人中选{k}个人,有多少种选法?", "In how many ways can {k} people be chosen from {a} people?"), ("{a}支球队每两队比赛一场,一共比赛多少场?", "{a} teams play, every two teams once. How many games are there in total?"), ("从{a}本不同的书中选出{k}本,有几种选法?", "How many ways are there to choose {k} books from {a} different books?"), ("{a}个点中每两点连一条线段,一共有多少条线段?", "Every two of {a} points are joined by a segment. How many segments are there in total?"),
    "How many handshakes are there if {a} people each shake hands once?", "In how many ways can you choose {k} of {a} people?", "How many games are played if each of {a} teams plays every other team once?", "Choose {k} from {a}: how many ways?", "How many pairs can be formed from {a} people?", "What is {a} choose {k}?", "How many ways can {k} students be selected from {a} students?",
    ("{a}个小朋友每两人通一次电话，一共通话多少次？", "{a} children talk on the phone, every two once. How many calls are there in total?"), ("从{a}名学生中任选{k}名参加比赛，有多少种选法？", "In how many ways can {k} of {a} students be chosen for a match?"),
    ("圆上有{a}个点，每两点连一条线，一共有多少条线？", "There are {a} points on a circle and every two are joined by a line. How many lines are there in total?"), ("{a}个人下棋，每两人下一盘，一共下多少盘？", "{a} people play chess, every two play one game. How many games are played in total?"),
    ("有{a}种不同的水果，任取{k}种，有几种取法？", "There are {a} different kinds of fruit. In how many ways can {k} kinds be taken?"), ("如果要从{a}朵不同的花里选{k}朵，一共有多少种选法？", "If {k} flowers are to be chosen from {a} different flowers, how many ways are there in total?"),
    ("求从{a}个不同的数中取{k}个的组合数。", "Find the number of combinations of {k} numbers from {a} different numbers."), "{a} friends all hug each other once. How many hugs is that?", "From {a} different cards, {k} are picked at the same time. How many different picks are there?",
    "Each two of {a} towns are joined by one road. How many roads are there?", "Everyone in a group of {a} people plays everyone else once. How many games is that?", "Find the number of ways to pick {k} of {a} different books.",
]


@task("percentage", weight=1.1)
def percentage(random, phrasing):
    """Part, reduction, increase, share."""
    kind = random.choice(["part", "part", "part", "discount", "increase", "share"])
    p = random.choice([5, 10, 10, 15, 20, 20, 25, 30, 40, 50, 60, 75, 80, random.randint(1, 99)])
    n = random.choice([random.randint(1, 40) * 10, random.randint(1, 12) * 100, random.randint(2, 60) * 20, random.randint(10, 300)])
    slots = {"n": n, "p": p, "a": names(random, 1, phrasing.language == "en")[0], **thing(random)}
    work = Work()
    if kind == "share":
        n = random.choice([4, 5, 8, 10, 16, 20, 25, 40, 50, 80, 100, 200])
        m = random.randint(1, n)
        slots.update(n=n, m=m)
        chinese, english = phrasing.ask(SHARE, slots)
        value = work.evaluate(parse("m*100/n", {"m": m, "n": n}))
        return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=f"{work.prose()} The answer is \\boxed{{{show(value)}\\%}}.", gold=show(value) + "\\%")
    frames = {"part": PERCENT, "discount": DISCOUNT, "increase": INCREASE}[kind]
    frame = phrasing.frame(frames)
    text = repr(frame)
    if any(word in text for word in ("人", "个", "页", "students", "people", "gives away", "people")) and (n * p) % 100:
        n = 100 * random.randint(1, 9) if p % 10 else 10 * random.randint(1, 40)
        slots["n"] = n
    chinese, english = phrasing.say(frame, slots)
    formula = {"part": "n*p/100", "discount": "n-n*p/100", "increase": "n+n*p/100"}[kind]
    value = work.evaluate(parse(formula, {"n": n, "p": p}))
    return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=boxed(work, value), gold=show(value))


@task("average", weight=0.7)
def average(random, phrasing):
    """Sum and divide."""
    count = random.choice([2, 3, 3, 4, 4, 5])
    top = random.choice([12, 30, 100])
    numbers = [random.randint(1, top) for _ in range(count)]
    if count not in (2, 4, 5) or random.random() < 0.7:
        numbers[-1] += (-sum(numbers)) % count
    joined = ", ".join(map(str, numbers[:-1])), f"{numbers[-1]}"
    english_list = random.choice([f"{joined[0]} and {joined[1]}", f"{joined[0]}, and {joined[1]}", f"{joined[0]}, {joined[1]}"]) if phrasing.language == "en" else f"{joined[0]} and {joined[1]}"
    chinese_list = random.choice(["、".join(map(str, numbers)), ",".join(map(str, numbers)), "、".join(map(str, numbers[:-1])) + "和" + str(numbers[-1])])
    chinese, english = phrasing.ask(AVERAGE, {"l": (chinese_list, english_list), "n": count, "a": names(random, 1, phrasing.language == "en")[0]})
    work = Work()
    total = Fraction(numbers[0])
    work.lines.append(f"({'+'.join(map(str, numbers))})/{count}")
    for number in numbers[1:]:
        total = work.apply("+", total, Fraction(number))
    value = work.apply("/", total, Fraction(count))
    return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=boxed(work, value), gold=show(value))


@task("series", weight=0.5)
def series(random, phrasing):
    """Arithmetic sequences and their sums."""
    kind = random.choice(["range", "term", "sum"])
    work = Work()
    if kind == "range":
        a, b = random.choice([(1, random.randint(5, 100)), (1, random.choice([10, 20, 50, 100])), (random.randint(2, 20), random.randint(25, 60))])
        chinese, english = phrasing.ask(SERIES, {"a": a, "b": b, "a1": a + 1})
        if a == 1:
            value = work.evaluate(parse("b*(b+1)/2", {"b": b}))
        else:
            count = work.evaluate(parse("b-a+1", {"a": a, "b": b}))
            value = work.evaluate(parse("(a+b)*n/2", {"a": a, "b": b, "n": count}))
        return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=boxed(work, value), gold=show(value))
    a, d, n = random.randint(1, 20), random.randint(2, 9), random.randint(4, 30) if kind == "term" else random.randint(4, 15)
    slots = {"a": a, "d": d, "n": n, "s": ", ".join(str(a + d * step) for step in range(random.choice([3, 4])))}
    chinese, english = phrasing.ask(TERM if kind == "term" else SERIES_SUM, slots)
    for k, suffix in ((1, "st"), (2, "nd"), (3, "rd")):
        if n % 10 == k and n % 100 != 10 + k:
            english = english.replace(f"{n}th", f"{n}{suffix}")
    last = work.evaluate(parse("a+(n-1)*d", {"a": a, "n": n, "d": d}))
    value = last if kind == "term" else work.evaluate(parse("(a+z)*n/2", {"a": a, "z": last, "n": n}))
    return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=boxed(work, value), gold=show(value))


@task("powers_and_counting", weight=0.7)
def powers(random, phrasing):
    """Powers, squares, factorials, choices."""
    kind = random.choice(["power", "power", "square", "factorial", "pairs"])
    work = Work()
    if kind == "power":
        a, n = random.choice([(random.randint(2, 20), 2), (random.randint(2, 12), 3), (2, random.randint(3, 10)), (random.randint(3, 5), 4), (10, random.randint(2, 5))])
        chinese, english = phrasing.ask(POWER, {"a": a, "n": n})
        value = Fraction(a)
        for _ in range(n - 1):
            value = work.apply("*", value, Fraction(a))
    elif kind == "square":
        a = random.randint(3, 60)
        chinese, english = phrasing.ask(SQUARE, {"a": a})
        value = work.apply("*", Fraction(a), Fraction(a))
    elif kind == "factorial":
        a = random.randint(3, 7)
        chinese, english = phrasing.ask(FACTORIAL, {"a": a})
        value = Fraction(a)
        for factor in range(a - 1, 1, -1):
            value = work.apply("*", value, Fraction(factor))
    else:
        a, k = random.randint(4, 12), random.choice([2, 2, 3])
        frame = phrasing.frame(PAIRS)
        if "{k}" not in repr(frame):
            k = 2
        chinese, english = phrasing.say(frame, {"a": a, "k": k})
        value = work.apply("*", Fraction(a), Fraction(a - 1))
        if k == 3:
            value = work.apply("*", value, Fraction(a - 2))
        value = work.apply("/", value, Fraction(math.factorial(k)))
    return Problem(english=english, chinese=chinese, thinking=work.thinking(), answer=boxed(work, value), gold=show(value))
