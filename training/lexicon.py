"""Names and things in Chinese and English.

Chinese names are spelled one syllable per word (小明 -> Xiao Ming), so that a
name never seen as a whole is still translated by the table of its syllables.
"""

import random

FAMILY = dict(zip("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Hu Zhu Gao Lin He Guo Ma Luo".split()))
GIVEN = dict(zip(
    "明红华刚丽强芳军兰亮梅东伟玲杰英平光雨雪云龙飞静文涛波敏磊娟勇艳辉峰琳婷莉浩宇佳欣思乐天阳美春秋海燕",
    "Ming Hong Hua Gang Li Qiang Fang Jun Lan Liang Mei Dong Wei Ling Jie Ying Ping Guang Yu Xue Yun Long Fei Jing Wen Tao Bo Min Lei Juan Yong Yan Hui Feng Lin Ting Li Hao Yu Jia Xin Si Le Tian Yang Mei Chun Qiu Hai Yan".split(),
))
TRANSCRIBED = [("汤姆", "Tom"), ("安娜", "Anna"), ("约翰", "John"), ("玛丽", "Mary"), ("杰克", "Jack"), ("露西", "Lucy"), ("大卫", "David"), ("艾米", "Amy")]
ENGLISH = "Tom Anna John Mary Jack Lucy David Amy Ben Sara Emma Liam Olivia Noah Mia Leo Kate Sam Max Nina Paul Rosa Omar Priya Carlos Elena Ivan Maya Peter Julia Alex Grace Henry Ella Oscar Zoe Mark Linda James Susan".split()

# (Chinese, measure word, English plural)
THINGS = [line.split(",") for line in """苹果,个,apples
橙子,个,oranges
香蕉,根,bananas
梨,个,pears
桃子,个,peaches
西瓜,个,watermelons
草莓,颗,strawberries
葡萄,颗,grapes
鸡蛋,个,eggs
面包,个,loaves of bread
饼干,块,cookies
糖果,颗,candies
糖,颗,sweets
巧克力,块,chocolates
蛋糕,个,cakes
包子,个,buns
气球,个,balloons
球,个,balls
篮球,个,basketballs
足球,个,footballs
玩具,个,toys
杯子,个,cups
盘子,个,plates
碗,个,bowls
瓶子,个,bottles
盒子,个,boxes
书包,个,schoolbags
鸭子,只,ducks
鸡,只,chickens
羊,只,sheep
猫,只,cats
狗,只,dogs
鸟,只,birds
兔子,只,rabbits
鱼,条,fish
牛,头,cows
马,匹,horses
猪,头,pigs
铅笔,支,pencils
钢笔,支,pens
笔,支,brushes
蜡笔,支,crayons
书,本,books
故事书,本,storybooks
本子,本,notebooks
笔记本,本,exercise books
词典,本,dictionaries
邮票,张,stamps
卡片,张,cards
照片,张,photos
贴纸,张,stickers
纸,张,sheets of paper
桌子,张,tables
票,张,tickets
椅子,把,chairs
伞,把,umbrellas
刀,把,knives
钥匙,把,keys
花,朵,flowers
玫瑰,朵,roses
树,棵,trees
白菜,棵,cabbages
石头,块,stones
砖,块,bricks
积木,块,blocks
手表,块,watches
橡皮,块,erasers
衣服,件,clothes
衬衫,件,shirts
毛衣,件,sweaters
裤子,条,trousers
裙子,条,skirts
毛巾,条,towels
鞋,双,pairs of shoes
袜子,双,pairs of socks
筷子,双,pairs of chopsticks
手套,双,pairs of gloves
汽车,辆,cars
自行车,辆,bicycles
卡车,辆,trucks
公共汽车,辆,buses
飞机,架,planes
船,艘,boats
电脑,台,computers
电视,台,televisions
机器,台,machines
手机,部,phones
灯,盏,lamps
弹珠,颗,marbles
珠子,颗,beads
硬币,枚,coins
金币,枚,gold coins
牛奶,瓶,bottles of milk
水,瓶,bottles of water
果汁,瓶,bottles of juice
可乐,瓶,bottles of cola
茶,杯,cups of tea
咖啡,杯,cups of coffee
米,袋,bags of rice
面粉,袋,bags of flour
种子,粒,seeds
扣子,颗,buttons
土豆,个,potatoes
西红柿,个,tomatoes
南瓜,个,pumpkins
胡萝卜,根,carrots
玉米,根,ears of corn
黄瓜,根,cucumbers
绳子,根,ropes
蜡烛,根,candles
木棍,根,sticks
风筝,只,kites
蝴蝶,只,butterflies
蜜蜂,只,bees
青蛙,只,frogs
零件,个,parts
箱子,个,crates
帽子,顶,hats
帐篷,顶,tents
画,幅,paintings
地图,幅,maps
信,封,letters
核桃,个,walnuts
柠檬,个,lemons
芒果,个,mangoes
月饼,个,mooncakes
饺子,个,dumplings
粽子,个,rice dumplings
红旗,面,red flags
镜子,面,mirrors
星星,颗,stars
贝壳,个,shells
球拍,个,rackets
闹钟,个,alarm clocks""".split("\n")]

# (Chinese container, measure word, English plural, English singular)
CONTAINERS = [("盒子", "个", "boxes", "box"), ("箱子", "个", "crates", "crate"), ("袋子", "个", "bags", "bag"), ("篮子", "个", "baskets", "basket"),
              ("书架", "个", "shelves", "shelf"), ("盘子", "个", "plates", "plate"), ("抽屉", "个", "drawers", "drawer"), ("房间", "个", "rooms", "room"),
              ("桶", "个", "buckets", "bucket"), ("罐子", "个", "jars", "jar")]

SHOPS = [("商店", "shop"), ("超市", "supermarket"), ("书店", "bookstore"), ("水果店", "fruit shop"), ("文具店", "stationery shop"), ("市场", "market"), ("面包店", "bakery")]
PLACES = [("图书馆", "library"), ("学校", "school"), ("工厂", "factory"), ("农场", "farm"), ("公园", "park"), ("仓库", "warehouse"), ("教室", "classroom"), ("果园", "orchard"), ("花园", "garden"), ("幼儿园", "kindergarten")]
VEHICLES = [("汽车", "A car", "car"), ("火车", "A train", "train"), ("卡车", "A truck", "truck"), ("公共汽车", "A bus", "bus"), ("自行车", "A bicycle", "bicycle"), ("船", "A boat", "boat"), ("飞机", "A plane", "plane"), ("摩托车", "A motorcycle", "motorcycle")]
NUMERALS = "零一二三四五六七八九十"


def name(generator: random.Random, english_only: bool) -> tuple[str, str]:
    """A person as (Chinese, English)."""
    draw = generator.random()
    if english_only and draw < 0.5:
        chosen = generator.choice(ENGLISH)
        return chosen, chosen
    if draw < 0.08:
        return generator.choice(TRANSCRIBED)
    given = generator.choice(list(GIVEN))
    if draw < 0.65:
        return "小" + given, "Xiao " + GIVEN[given]
    family = generator.choice(list(FAMILY))
    if draw < 0.72:
        return family + "老师", "Teacher " + FAMILY[family]
    if draw < 0.75:
        return "小" + family, "Xiao " + FAMILY[family]
    second = generator.choice(list(GIVEN))
    if draw < 0.85:
        return family + "小" + given, f"{FAMILY[family]} Xiao {GIVEN[given]}"
    if draw < 0.92:
        return family + given, f"{FAMILY[family]} {GIVEN[given]}"
    return family + given + second, f"{FAMILY[family]} {GIVEN[given]} {GIVEN[second]}"


def names(generator: random.Random, count: int, english_only: bool) -> list:
    """Different people."""
    chosen: list = []
    while len(chosen) < count:
        candidate = name(generator, english_only)
        if all(candidate[1] != other[1] and candidate[0] != other[0] for other in chosen):
            chosen.append(candidate)
    return chosen


def thing(generator: random.Random) -> dict:
    """A countable thing: slot `t` (name) and slot `u` (Chinese measure word)."""
    chinese, unit, english = generator.choice(THINGS)
    return {"t": (chinese, english), "u": (unit, "")}
